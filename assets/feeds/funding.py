"""Shifts that several payers fund together, and how many minutes each of them takes."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

FUNDING_SHARE = Table(
    name="funding_share",
    key=("schedule_id", "payer_id", "payer_program"),
    version="share_version",
    event_at="source_updated_at",
    meaning="One version of what a payer funds of a shift; each part is a visit under its payer.",
    columns=(
        Column("schedule_id", "text", "The shift.", required=True, identifies="schedule"),
        Column("payer_id", "text", "Who funds this part.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column("share_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column(
            "minutes", "integer", "Minutes of the shift.", required=True, at_least=0, at_most=1500
        ),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

FUNDING_SHARES = Feed(
    name="funding_shares",
    meaning="Shifts split between payers, from the funding rules.",
    system="funding_rules",
    table=FUNDING_SHARE,
    files="funding_shares_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(days=1),
    owner="Billing specialist",
    warn_after=timedelta(hours=50),
    fail_after=timedelta(hours=98),
    # a share is agreed once, and holds for as long as it is not agreed anew
    old_after=timedelta(days=92),
    empty_allowed=True,
    sources={column.name: Source(column.name) for column in FUNDING_SHARE.columns},
)

FEEDS = (FUNDING_SHARES,)
