"""With which payers the agency's locations are enrolled, from when to when."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

PROVIDER_ENROLMENT = Table(
    name="provider_enrolment",
    key=("payer_id", "payer_program", "npi", "enrolled_from"),
    version="record_version",
    event_at="source_updated_at",
    meaning="One version of a location's enrolment with a payer's programme.",
    columns=(
        Column("payer_id", "text", "The payer.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column(
            "npi",
            "text",
            "The location's national provider id.",
            required=True,
            pattern=r"[12][0-9]{9}",
        ),
        Column("enrolled_from", "date", "First day of service.", required=True),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("enrolled_to", "date", "Last day of service; empty is open."),
        Column("taxonomy_code", "text", "The taxonomy it is enrolled under.", required=True),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

PROVIDER_ENROLMENTS = Feed(
    name="provider_enrolments",
    meaning="Enrolments with payers from the credentialing register.",
    system="credentialing",
    table=PROVIDER_ENROLMENT,
    files="provider_enrolments_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="effective_date",
    cadence=timedelta(days=1),
    owner="Credentialing specialist",
    warn_after=timedelta(hours=50),
    fail_after=timedelta(hours=98),
    sources={column.name: Source(column.name) for column in PROVIDER_ENROLMENT.columns},
)

FEEDS = (PROVIDER_ENROLMENTS,)
