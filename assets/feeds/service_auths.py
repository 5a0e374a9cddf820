"""Authorizations, versioned: what a payer allows, for whom, how much, until when."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

SERVICE_AUTH = Table(
    name="service_auth",
    key=("auth_id",),
    version="auth_version",
    event_at="source_updated_at",
    meaning="One version of an authorization.",
    columns=(
        Column(
            "auth_id",
            "text",
            "The authorization, stable over versions.",
            required=True,
            identifies="authorization",
        ),
        Column("auth_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column(
            "auth_number",
            "text",
            "The payer's number, as it goes on the claim.",
            required=True,
            pattern=r"[A-Z0-9-]{1,30}",
            identifies="authorization",
        ),
        Column("payer_id", "text", "Who authorized.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column("client_id", "text", "For whom.", required=True, identifies="client"),
        Column(
            "service_code", "text", "For which service.", required=True, pattern=r"[A-Z0-9]{2,5}"
        ),
        Column(
            "modifiers",
            "text",
            "Modifiers joined by semicolons; their order is of no matter.",
            pattern=r"[A-Z0-9]{2}(;[A-Z0-9]{2})*",
        ),
        Column(
            "unit_type",
            "text",
            "What a unit is.",
            required=True,
            one_of=("15min", "hour", "visit", "day"),
        ),
        Column("units_total", "numeric", "Units in the whole period.", required=True, at_least=0),
        Column("cap_day", "numeric", "Most units a day; empty is none.", at_least=0),
        Column("cap_week", "numeric", "Most units a week; empty is none.", at_least=0),
        Column("cap_month", "numeric", "Most units a calendar month; empty is none.", at_least=0),
        Column(
            "week_starts_on",
            "integer",
            "0 is Sunday; empty is as the contract says.",
            at_least=0,
            at_most=6,
        ),
        Column(
            "blackout",
            "text",
            "Days inside the period it does not hold: 2026-11-10, or 2026-11-10/2026-11-12, "
            "joined by semicolons.",
            pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?"
            r"(;[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?)*",
        ),
        Column(
            "provider_npi",
            "text",
            "The location it was given to; empty is any.",
            pattern=r"[12][0-9]{9}",
        ),
        Column("period_from", "date", "First day.", required=True),
        Column("period_to", "date", "Last day.", required=True),
        Column(
            "status",
            "text",
            "Where it stands with the payer.",
            required=True,
            one_of=("pending", "approved", "partial", "reduced", "terminated", "expired", "void"),
        ),
        Column("decided_at", "instant", "When the payer decided."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
        Column("updated_by", "text", "Who changed it.", required=True),
    ),
)

SERVICE_AUTHS = Feed(
    name="service_auths",
    meaning="Authorizations from payers' portals.",
    system="payer_portal",
    table=SERVICE_AUTH,
    files="service_auths_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="effective_date",
    cadence=timedelta(hours=6),
    owner="Authorization specialist",
    warn_after=timedelta(hours=14),
    fail_after=timedelta(hours=26),
    old_after=timedelta(hours=98),
    rests=True,
    sources={column.name: Source(column.name) for column in SERVICE_AUTH.columns},
)

FEEDS = (SERVICE_AUTHS,)
