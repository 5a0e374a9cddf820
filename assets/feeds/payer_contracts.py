"""What the agency agreed with each payer, by service and date. Rules read these rows."""

from datetime import timedelta
from functools import partial

from orchestration.ground.contracts import AgencyFile, Column, Delimited, Feed, Source, Table
from orchestration.partners.payers.checking import inspect_contracts
from orchestration.partners.payers.landing import read_rows

UNIT_RULES = (
    "CMS_8MIN",
    "NEAREST_QUARTER_VISIT",
    "FLOOR_15",
    "FLOOR_15_ACCRUE",
    "FLOOR_60_ACCRUE",
    "DAILY_SUM_THEN_ROUND",
    "WHOLE_UNITS_ONLY",
    "PER_DIEM",
    "PER_VISIT",
    "EXACT_DECIMAL",
)


def _number(
    name: str, meaning: str, default: int, at_most: int | None = None, at_least: int = 0
) -> Column:
    return Column(name, "integer", meaning, at_least=at_least, at_most=at_most, default=default)


def _yes_no(name: str, meaning: str, *, default: bool) -> Column:
    return Column(name, "boolean", meaning, default=default)


UNIT_TERMS = (
    _number("unit_rule_version", "Which wording of the unit rule.", 1, at_least=1),
    _number("per_visit_minimum_minutes", "Shortest visit a unit is paid for.", 0, 1500),
    _number("week_starts_on", "First day of a week of units; 0 is Sunday.", 0, 6),
    _yes_no(
        "partial_units_pass",
        "What fits under a cap is billed, the rest waits; else all waits.",
        default=False,
    ),
    Column(
        "allocation",
        "text",
        "Whether planned or billable time draws on an authorization.",
        one_of=("billable", "scheduled"),
        default="billable",
    ),
)
VISIT_TERMS = (
    _number("schedule_tolerance_percent", "Allowed shortfall, in percent of the plan.", 20, 100),
    _yes_no("gps_is_held", "A clock-in too far away holds the visit; else it warns.", default=True),
    _yes_no(
        "widened_time_is_held",
        "Billed time wider than the clocks holds the visit; else it warns.",
        default=True,
    ),
    _number(
        "visit_maintenance_days", "Days from service in which a visit may change; 0: no limit.", 0
    ),
    _number("manual_rate_limit_percent", "Most typed visits there may be, in percent.", 15, 100),
    _number("manual_window_days", "Days the typed visits are counted over.", 28, 366, 1),
    _number("late_submit_hours", "Hours until the aggregator must have a visit.", 24, at_least=1),
    _number("travel_speed_limit_mph", "Fastest trip between two visits believed.", 90, at_least=1),
    Column(
        "group_modifiers",
        "text",
        "Modifiers that mark a group visit, joined by semicolons; - asks for none.",
        pattern=r"-|[A-Z0-9]{2}(;[A-Z0-9]{2})*",
        default="-",
    ),
    _number("group_size_limit", "Most clients in one group visit.", 3, at_least=1),
    _yes_no("live_in_allowed", "A caregiver who lives in may give the service.", default=False),
)
PAPER_TERMS = (
    _number("note_due_hours", "Hours from the visit until its note must be signed.", 48),
    _number("plan_review_days", "Days until a plan must be reviewed; 0: no plan is asked for.", 0),
    _number(
        "supervision_days_skilled",
        "Days between supervisory visits to aides of clients under a signed order; 0: none.",
        0,
    ),
    _number(
        "supervision_days", "Days between supervisory visits to other clients' aides; 0: none.", 0
    ),
    _yes_no("face_to_face_needed", "A face-to-face encounter is needed.", default=False),
    _yes_no("noa_needed", "An accepted notice of admission is needed.", default=False),
    _yes_no("oasis_needed", "A locked OASIS assessment is needed.", default=False),
    _yes_no("client_signature_needed", "The client signs the visit.", default=False),
    _yes_no("duties_needed", "The plan's required tasks must be recorded.", default=False),
    _number("duty_minutes_percent", "Least share of a visit its tasks must fill.", 0, 100),
)
CLAIM_TERMS = (
    Column(
        "filing_anchor",
        "text",
        "The date the filing limit counts from.",
        one_of=("service_from", "service_through", "primary_paid"),
        default="service_from",
    ),
    _yes_no("primary_first", "Other cover must have answered before.", default=True),
    _yes_no("replacement_allowed", "A claim may be replaced (frequency 7).", default=True),
    _yes_no("void_allowed", "A claim may be voided (frequency 8).", default=True),
    Column(
        "dx_default",
        "text",
        "Diagnosis when the client has none.",
        pattern=r"[A-Z][0-9][A-Z0-9]{1,5}",
    ),
    Column(
        "place_of_service",
        "text",
        "Place of service on the claim.",
        pattern=r"[0-9]{2}",
        default="12",
    ),
    Column(
        "place_of_service_community",
        "text",
        "The same for visits away from home; empty when the payer pays none.",
        pattern=r"[0-9]{2}",
    ),
    Column(
        "visit_times_on_claim",
        "text",
        "Where a line says when its visit began and ended: with the code, in a note, or nowhere.",
        one_of=("no", "code", "note"),
        default="no",
    ),
    _yes_no("caregiver_on_claim", "The claim names who gave the care, by NPI.", default=False),
)
CROSSWALKS = (
    Column("maps_to_payer_id", "text", "Our name of the payer."),
    Column("maps_to_program", "text", "Our name of the programme."),
    Column("maps_to_service_code", "text", "The service as it is billed."),
    Column("maps_to_modifiers", "text", "Its modifiers in claim order; - is none."),
    Column("disciplines", "text", "Who may give it, joined by semicolons; empty is anybody."),
    Column("mapping", "text", "Fingerprint of the version's crosswalks, which are approved by it."),
    Column("contract_owner", "text", "The role that answers for the contract."),
)
PAYER_CONTRACT = Table(
    name="payer_contract",
    key=("payer_id", "payer_program", "service_code", "modifiers", "valid_from"),
    version="file_version",
    event_at="landed_at",
    meaning="The terms of one service under one programme, named as a visit may name them.",
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
        Column(
            "contract_version",
            "bigint",
            "The version of the contract that says so.",
            required=True,
            at_least=1,
        ),
        Column(
            "file_version",
            "bigint",
            "The highest version in the file; an earlier one may have been ended by it.",
            at_least=1,
            default=1,
        ),
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
            one_of=UNIT_RULES,
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
        *UNIT_TERMS,
        *VISIT_TERMS,
        *PAPER_TERMS,
        *CLAIM_TERMS,
        *CROSSWALKS,
    ),
)

PAYER_CONTRACTS = Feed(
    name="payer_contracts",
    meaning="Terms and crosswalks agreed with each payer: a file per payer that the agency keeps.",
    system="agency",
    table=PAYER_CONTRACT,
    files="*.toml",
    dialect=AgencyFile(partial(read_rows, PAYER_CONTRACT)),
    kept_in="payers",
    complete_for="maps_to_payer_id",
    inspect=partial(inspect_contracts, PAYER_CONTRACT),
    time_basis="utc",
    window_basis="effective_date",
    cadence=timedelta(days=365),
    owner="Contract/payer-relations manager",
    warn_after=timedelta(days=400),
    fail_after=timedelta(days=500),
    sources={column.name: Source(column.name) for column in PAYER_CONTRACT.columns},
)

MAPPING_APPROVAL = Table(
    name="mapping_approval",
    key=("payer_id", "contract_version", "mapping"),
    version=None,
    event_at="landed_at",
    meaning="Somebody looked at the crosswalks of a contract's version and found them right.",
    columns=(
        Column("payer_id", "text", "The payer.", required=True),
        Column("contract_version", "bigint", "The version.", required=True, at_least=1),
        Column(
            "mapping",
            "text",
            "Fingerprint of the crosswalks that were approved.",
            required=True,
            pattern=r"[0-9a-f]{12}",
        ),
        Column("approved_by", "text", "Who; never who changed them.", required=True),
        Column("approved_on", "date", "When.", required=True),
    ),
)

MAPPING_APPROVALS = Feed(
    name="mapping_approvals",
    meaning="Which crosswalks were approved, and by whom; `carehops contracts approve` adds to it.",
    system="agency",
    table=MAPPING_APPROVAL,
    files="approvals.csv",
    dialect=Delimited(","),
    kept_in="payers",
    time_basis="utc",
    window_basis="effective_date",
    cadence=timedelta(days=365),
    owner="Contract/payer-relations manager",
    warn_after=timedelta(days=400),
    fail_after=timedelta(days=500),
    sources={column.name: Source(column.name) for column in MAPPING_APPROVAL.columns},
)

FEEDS = (PAYER_CONTRACTS, MAPPING_APPROVALS)
