"""What the agency agreed with each payer, by service and date. Rules read these rows."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

PAYER_CONTRACT = Table(
    name="payer_contract",
    key=("payer_id", "payer_program", "service_code", "modifiers", "valid_from"),
    version="contract_version",
    event_at="source_updated_at",
    meaning="One version of the terms for one service under one payer's programme.",
    columns=(
        Column("payer_id", "text", "The payer.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column("service_code", "text", "The service.", required=True, pattern=r"[A-Z0-9]{2,5}"),
        Column(
            "modifiers",
            "text",
            "Modifiers in claim order, joined by semicolons; - is none.",
            required=True,
            pattern=r"-|[A-Z0-9]{2}(;[A-Z0-9]{2}){0,3}",
        ),
        Column("valid_from", "date", "First date of service.", required=True),
        Column("contract_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("valid_to", "date", "Last date of service; empty is open."),
        Column("payer_name", "text", "The payer's name, as it goes on the claim.", required=True),
        Column(
            "payer_edi_id",
            "text",
            "The payer's id at the clearinghouse.",
            required=True,
            pattern=r"[A-Z0-9]{2,15}",
        ),
        Column(
            "claim_filing_code",
            "text",
            "Kind of payer on the claim.",
            required=True,
            pattern=r"[A-Z0-9]{2}",
        ),
        Column("is_billed", "boolean", "Whether visits under it are billed at all.", required=True),
        Column(
            "unit_rule",
            "text",
            "How minutes become units.",
            required=True,
            one_of=("CMS_8MIN", "NEAREST_QUARTER_VISIT", "FLOOR_15", "PER_VISIT", "PER_DIEM"),
        ),
        Column("rate_cents", "integer", "Price of one unit, in cents.", required=True, at_least=0),
        Column("splits_at_midnight", "boolean", "A night becomes two lines.", required=True),
        Column(
            "max_visit_minutes",
            "integer",
            "Longest visit believed.",
            required=True,
            at_least=1,
            at_most=1500,
        ),
        Column(
            "schedule_tolerance_minutes",
            "integer",
            "Allowed shortfall against the plan.",
            required=True,
            at_least=0,
        ),
        Column(
            "gps_limit_metres",
            "integer",
            "Farthest clock-in from the home.",
            required=True,
            at_least=0,
        ),
        Column(
            "needs_verified_visit",
            "boolean",
            "The aggregator must have verified it.",
            required=True,
        ),
        Column("needs_signed_note", "boolean", "A signed note is needed.", required=True),
        Column("needs_signed_order", "boolean", "A signed order is needed.", required=True),
        Column("needs_service_auth", "boolean", "An authorization is needed.", required=True),
        Column("member_id_pattern", "text", "What a member id looks like.", required=True),
        Column(
            "filing_limit_days",
            "integer",
            "Days from service to the last filing day.",
            required=True,
            at_least=1,
        ),
        Column(
            "last_validated_on", "date", "When the agency last checked the terms.", required=True
        ),
        Column("review_on", "date", "When they must be looked at again.", required=True),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
        Column("updated_by", "text", "Who changed it.", required=True),
    ),
)

PAYER_CONTRACTS = Feed(
    name="payer_contracts",
    meaning="Contract terms the agency keeps for each payer.",
    system="contract_register",
    table=PAYER_CONTRACT,
    files="payer_contracts_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="effective_date",
    cadence=timedelta(days=30),
    owner="Contract/payer-relations manager",
    warn_after=timedelta(days=60),
    fail_after=timedelta(days=92),
    sources={column.name: Source(column.name) for column in PAYER_CONTRACT.columns},
)

FEEDS = (PAYER_CONTRACTS,)
