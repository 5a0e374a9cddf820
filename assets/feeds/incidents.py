"""Incident reports, by category code: billing a normal day over an incident is a finding."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

INCIDENT = Table(
    name="incident",
    key=("incident_id",),
    version="incident_version",
    event_at="source_updated_at",
    meaning="One version of an incident report, without its text.",
    columns=(
        Column("incident_id", "text", "The report.", required=True, identifies="incident"),
        Column("incident_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("client_id", "text", "Whom it concerns.", required=True, identifies="client"),
        Column("caregiver_id", "text", "Who was there.", identifies="caregiver"),
        Column("occurred_at", "instant", "When it happened.", required=True),
        Column("category_code", "text", "What kind.", required=True, pattern=r"[A-Z_]{2,30}"),
        Column(
            "severity",
            "text",
            "How bad.",
            required=True,
            one_of=("low", "moderate", "high", "critical"),
        ),
        Column("status", "text", "Open or closed.", required=True, one_of=("open", "closed")),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

INCIDENTS = Feed(
    name="incidents",
    meaning="Incident reports from the incident system.",
    system="incident_reporting",
    table=INCIDENT,
    files="incidents_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(days=1),
    owner="Compliance/QA lead",
    warn_after=timedelta(hours=50),
    fail_after=timedelta(hours=98),
    empty_allowed=True,
    sources={column.name: Source(column.name) for column in INCIDENT.columns},
)

FEEDS = (INCIDENTS,)
