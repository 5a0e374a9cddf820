"""What payers say of a client's cover, and what another payer paid before."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

ELIGIBILITY = Table(
    name="eligibility",
    key=("payer_id", "payer_program", "client_id", "covered_from"),
    version="roster_version",
    event_at="source_updated_at",
    meaning="One version of a payer's word on a client: who, from when to when, and what is owed.",
    columns=(
        Column("payer_id", "text", "Whose roster.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column("client_id", "text", "The agency's id.", required=True, identifies="client"),
        Column("covered_from", "date", "First day it speaks of.", required=True),
        Column("roster_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("covered_to", "date", "Last day; empty is open."),
        Column("last_name", "text", "Family name as the payer has it.", payload=True),
        Column("first_name", "text", "Given name as the payer has it.", payload=True),
        Column("birth_date", "date", "Date of birth as the payer has it.", payload=True),
        Column("sex", "text", "As the payer has it.", one_of=("F", "M", "U"), payload=True),
        Column(
            "share_of_cost_cents",
            "bigint",
            "What the client must pay before the payer does, in cents.",
            at_least=0,
            default=0,
        ),
        Column("share_met_cents", "bigint", "What of it is paid, in cents.", at_least=0, default=0),
        Column("other_payer_id", "text", "Who else covers the client and pays first."),
        Column("other_covered_from", "date", "First day of that cover; empty is always."),
        Column("other_covered_to", "date", "Last day of that cover; empty is open."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

PRIMARY_ANSWER = Table(
    name="primary_answer",
    key=("source_system", "visit_id", "primary_payer_id"),
    version="answer_version",
    event_at="source_updated_at",
    meaning="What the payer that pays first said about a visit.",
    columns=(
        Column("source_system", "text", "Which system the visit is from.", required=True),
        Column("visit_id", "text", "The visit there.", required=True, identifies="visit"),
        Column("primary_payer_id", "text", "Who answered.", required=True),
        Column("answer_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("paid_cents", "bigint", "What was paid, in cents; nothing is 0.", at_least=0),
        Column(
            "adjustments",
            "text",
            "Why the rest was not: group, code and cents, CO45:1200, joined by semicolons.",
            pattern=r"(CO|OA|PI|PR)[A-Z0-9]{1,3}:-?[0-9]+(;(CO|OA|PI|PR)[A-Z0-9]{1,3}:-?[0-9]+)*",
        ),
        Column("paid_on", "date", "When it was decided."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)


def _daily(
    name: str, meaning: str, system: str, table: Table, old_after: timedelta | None = None
) -> Feed:
    return Feed(
        name=name,
        meaning=meaning,
        system=system,
        table=table,
        files=f"{name}_*.csv",
        dialect=Delimited(","),
        time_basis="utc",
        window_basis="updated_at",
        cadence=timedelta(days=1),
        owner="Billing specialist",
        warn_after=timedelta(hours=50),
        fail_after=timedelta(hours=98),
        old_after=old_after,
        empty_allowed=True,
        sources={column.name: Source(column.name) for column in table.columns},
    )


FEEDS = (
    _daily(
        "eligibility_rosters", "Payers' rosters of covered clients.", "payer_roster", ELIGIBILITY
    ),
    _daily(
        "primary_answers",
        "What payers that pay first answered.",
        "remittances",
        PRIMARY_ANSWER,
        # weeks pass in which none of the few clients with two payers has an answer
        old_after=timedelta(days=35),
    ),
)
