"""What clearinghouse and payers answer: TA1, 999, 277CA, 835, as rows that name what they answer.

Reading a reply never depends on a validator's verdict; see ``orchestration/partners/x12``.
"""

from datetime import timedelta

from orchestration.ground.contracts import Column, Feed, Source, Table, X12Replies

CLEARINGHOUSE_REPLY = Table(
    name="clearinghouse_reply",
    key=("reply_id",),
    version=None,
    event_at="landed_at",
    meaning="One statement inside one reply about one thing we sent.",
    columns=(
        Column("reply_id", "text", "File's sha256 and the statement's place in it.", required=True),
        Column(
            "reply_kind",
            "text",
            "Which rung it speaks for.",
            required=True,
            one_of=("TA1", "999", "277CA", "835"),
        ),
        Column(
            "level",
            "text",
            "What it speaks about.",
            required=True,
            one_of=(
                "interchange",
                "group",
                "set",
                "segment",
                "batch",
                "provider",
                "claim",
                "line",
                "payment",
                "adjustment",
            ),
        ),
        Column(
            "refers_to",
            "text",
            "Interchange, group or set number, or claim id.",
            identifies="claim",
        ),
        Column("group_control", "text", "Group it answers.", identifies="batch"),
        Column("set_control", "text", "Transaction set it answers.", is_told=False),
        Column("batch_ref", "text", "Our batch's own number it answers.", identifies="batch"),
        Column("provider_id", "text", "Provider whose claims it speaks of.", is_told=False),
        Column("line_key", "text", "Our number of the claim's line."),
        Column("service_code", "text", "Procedure and modifiers of the line.", is_told=False),
        Column("outcome", "text", "What it says.", required=True),
        Column("codes", "text", "Status and reason codes, joined by semicolons.", is_codes=True),
        Column("payer_claim_number", "text", "The payer's own number.", identifies="claim"),
        Column("named_payer", "text", "Id of the payer it was forwarded to.", is_told=False),
        Column("charge", "numeric", "Money we asked for."),
        Column("amount", "numeric", "Money it states: paid, or the adjustment's."),
        Column(
            "adjustments",
            "text",
            "What was taken off: CO:45=17.00, joined by semicolons.",
            is_told=False,
        ),
        Column("adjustment_kind", "text", "Why money moved outside claims."),
        Column("is_balanced", "boolean", "Whether its money adds up; empty where it has none."),
        Column(
            "is_correction",
            "boolean",
            "Whether its payment took the claim back before.",
            is_told=False,
        ),
        Column("payment_ref", "text", "Number of the payment it belongs to."),
        Column(
            "payment_payer", "text", "Who pays, by the number of the bank's trace.", is_told=False
        ),
        Column("payment_method", "text", "How it is paid: ACH, CHK, NON.", is_told=False),
        Column("stated_on", "date", "Day of the payment, or of the status."),
        Column("segment", "text", "Segment of ours it finds wrong."),
        Column("element", "text", "Element of that segment."),
        Column(
            "position", "integer", "Place of the segment in our set, its ST being 1.", is_told=False
        ),
        Column("source_entity", "text", "Who speaks.", one_of=("clearinghouse", "payer")),
        Column("sender_id", "text", "Who sent the file.", is_told=False),
        Column("receiver_id", "text", "Whom of ours it was sent to.", is_told=False),
        Column(
            "usage", "text", "T for a test, P for production.", one_of=("T", "P"), is_told=False
        ),
        Column(
            "reply_interchange", "text", "Number of the interchange that says it.", is_told=False
        ),
        Column("reply_set", "text", "Number of the transaction set that says it.", is_told=False),
    ),
)

CLEARINGHOUSE_REPLIES = Feed(
    name="clearinghouse_replies",
    meaning="Acknowledgements and remittances from the clearinghouse.",
    system="clearinghouse",
    table=CLEARINGHOUSE_REPLY,
    files="*.x12",
    dialect=X12Replies(),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(minutes=30),
    owner="EDI analyst",
    warn_after=timedelta(days=3),
    fail_after=timedelta(days=5),
    empty_allowed=True,
    sources={column.name: Source(column.name) for column in CLEARINGHOUSE_REPLY.columns},
)

FEEDS = (CLEARINGHOUSE_REPLIES,)
