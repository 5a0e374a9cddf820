"""Care plans with their tasks, and what caregivers acknowledged."""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

CARE_PLAN = Table(
    name="care_plan",
    key=("plan_id",),
    version="plan_version",
    event_at="source_updated_at",
    meaning="One version of a client's plan, with its task list.",
    indexes=(("client_id",),),
    columns=(
        Column(
            "plan_id",
            "text",
            "The plan, stable over versions.",
            required=True,
            pattern=r"[A-Za-z0-9._-]{1,40}",
            identifies="plan",
        ),
        Column(
            "plan_version", "bigint", "Rises by one with each change.", required=True, at_least=1
        ),
        Column("client_id", "text", "Whose plan.", required=True, identifies="client"),
        Column(
            "change_type",
            "text",
            "Why there is a new version.",
            required=True,
            one_of=("new", "revise", "recert", "discharge", "resume"),
        ),
        Column("entered_at", "instant", "When the change was entered.", required=True),
        Column("entered_by", "text", "Who entered it.", required=True),
        Column("entered_by_role", "text", "That person's role.", required=True),
        Column("effective_from", "date", "First day it holds.", required=True),
        Column("effective_to", "date", "Last day it holds; empty is open."),
        Column(
            "urgency",
            "text",
            "How fast the frontline must know.",
            required=True,
            one_of=("routine", "urgent", "safety"),
        ),
        Column(
            "service_codes",
            "text",
            "Services it touches, joined by semicolons.",
            required=True,
            pattern=r"[A-Z0-9]{2,5}(;[A-Z0-9]{2,5})*",
        ),
        Column(
            "tasks",
            "text",
            "Tasks as code:required|optional, joined by semicolons.",
            required=True,
            pattern=r"([A-Z0-9_]+:(required|optional))(;[A-Z0-9_]+:(required|optional))*",
        ),
        Column("supervisor_id", "text", "Who confirms acknowledgement.", required=True),
        Column("order_required", "boolean", "Whether a signed order is needed.", required=True),
        Column("order_signed_at", "instant", "When the order was signed."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

PLAN_ACK = Table(
    name="plan_ack",
    key=("plan_id", "plan_version", "caregiver_id"),
    version="ack_version",
    event_at="source_updated_at",
    meaning="How far one plan version got with one caregiver.",
    columns=(
        Column("plan_id", "text", "The plan.", required=True, identifies="plan"),
        Column("plan_version", "bigint", "The version.", required=True, at_least=1),
        Column("caregiver_id", "text", "The caregiver.", required=True, identifies="caregiver"),
        Column("ack_version", "bigint", "Rises with each event.", required=True, at_least=1),
        Column("delivered_at", "instant", "Reached the caregiver's device."),
        Column("acknowledged_at", "instant", "The caregiver confirmed reading it."),
        Column("confirmed_at", "instant", "The supervisor confirmed the acknowledgement."),
        Column("confirmed_by", "text", "That supervisor."),
        Column("method", "text", "How.", one_of=("app", "phone", "in-person")),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

CARE_PLANS = Feed(
    name="care_plans",
    meaning="Care-plan versions from the care-planning system.",
    system="care_planning",
    table=CARE_PLAN,
    files="care_plans_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(minutes=10),
    owner="Clinical supervisor",
    warn_after=timedelta(hours=26),
    fail_after=timedelta(hours=50),
    sources={column.name: Source(column.name) for column in CARE_PLAN.columns},
)

ACKNOWLEDGEMENTS = Feed(
    name="acknowledgements",
    meaning="Delivery and reading receipts from the caregivers' app.",
    system="caregiver_app",
    table=PLAN_ACK,
    files="acknowledgements_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(minutes=10),
    owner="Clinical supervisor",
    warn_after=timedelta(hours=26),
    fail_after=timedelta(hours=50),
    empty_allowed=True,
    sources={column.name: Source(column.name) for column in PLAN_ACK.columns},
)

FEEDS = (CARE_PLANS, ACKNOWLEDGEMENTS)
