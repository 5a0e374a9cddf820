"""Which codes exist, from when until when: service codes, modifiers, places of service.

The agency keeps the list: it ships with the home-care codes of HCPCS level II, which is public.
Codes of other owners (CPT is the AMA's) are added by agencies that may use them.
"""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

CODE = Table(
    name="code",
    key=("code_kind", "code", "valid_from"),
    version="code_version",
    event_at="landed_at",
    meaning="A code that may stand on a claim between two dates.",
    columns=(
        Column(
            "code_kind",
            "text",
            "What it is a code of.",
            required=True,
            one_of=("service", "modifier", "place"),
        ),
        Column("code", "text", "The code.", required=True, pattern=r"[A-Z0-9]{2,5}"),
        Column("valid_from", "date", "First date of service.", required=True),
        Column("code_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("valid_to", "date", "Last date of service; empty is open."),
        Column(
            "unit",
            "text",
            "What one unit of a service is; empty when the contract says.",
            one_of=("15min", "hour", "visit", "day"),
        ),
        Column("label", "text", "What it stands for, in our own words.", required=True),
    ),
)

CODE_SETS = Feed(
    name="code_sets",
    meaning="Service codes, modifiers and places of service that exist, with their dates.",
    system="agency",
    table=CODE,
    files="codes.csv",
    dialect=Delimited(","),
    kept_in=".",
    time_basis="utc",
    window_basis="effective_date",
    cadence=timedelta(days=365),
    owner="Billing specialist",
    warn_after=timedelta(days=400),
    fail_after=timedelta(days=500),
    sources={column.name: Source(column.name) for column in CODE.columns},
)

FEEDS = (CODE_SETS,)
