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
        Column("set_control", "text", "Transaction set it answers."),
        Column("outcome", "text", "What it says.", required=True),
        Column("codes", "text", "Status and reason codes, joined by semicolons."),
        Column("payer_claim_number", "text", "The payer's own number.", identifies="claim"),
        Column("amount", "numeric", "Money it states."),
        Column("source_entity", "text", "Who speaks.", one_of=("clearinghouse", "payer")),
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
