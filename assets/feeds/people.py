"""Clients, caregivers, who is kept from whom, and what each role may change, with dates."""

from dataclasses import replace
from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

CLIENT = Table(
    name="client",
    key=("client_id",),
    version="record_version",
    event_at="source_updated_at",
    meaning="One version of a client: identity, home, cover.",
    columns=(
        Column("client_id", "text", "The agency's id.", required=True, identifies="client"),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("medicaid_id", "text", "Member id with the payer.", payload=True),
        Column("last_name", "text", "Family name.", required=True, payload=True),
        Column("first_name", "text", "Given name.", required=True, payload=True),
        Column("birth_date", "date", "Date of birth.", required=True, payload=True),
        Column(
            "sex",
            "text",
            "As the payer holds it.",
            required=True,
            one_of=("F", "M", "U"),
            payload=True,
        ),
        Column("address_line", "text", "Street.", required=True, payload=True),
        Column("city", "text", "City.", required=True, payload=True),
        Column("state_code", "text", "State.", required=True, pattern=r"[A-Z]{2}"),
        Column(
            "zip_code", "text", "ZIP.", required=True, pattern=r"[0-9]{5}([0-9]{4})?", payload=True
        ),
        Column("home_latitude", "numeric", "Home.", payload=True, at_least=-90, at_most=90),
        Column("home_longitude", "numeric", "Home.", payload=True, at_least=-180, at_most=180),
        Column(
            "phone",
            "text",
            "Landline that telephony may come from.",
            payload=True,
            pattern=r"[0-9]{10}",
        ),
        Column(
            "diagnosis_code",
            "text",
            "Principal diagnosis, ICD-10-CM without the point.",
            pattern=r"[A-Z][0-9][0-9A-Z]{1,5}",
            payload=True,
        ),
        Column("payer_id", "text", "Who covers the client.", required=True),
        Column("payer_program", "text", "The payer's programme.", required=True),
        Column("eligible_from", "date", "First covered day.", required=True),
        Column("eligible_to", "date", "Last covered day; empty is open."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

CAREGIVER = Table(
    name="caregiver",
    key=("caregiver_id",),
    version="record_version",
    event_at="source_updated_at",
    meaning="One version of a caregiver: discipline, employment, credential.",
    columns=(
        Column("caregiver_id", "text", "The agency's id.", required=True, identifies="caregiver"),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("last_name", "text", "Family name.", required=True, payload=True),
        Column("first_name", "text", "Given name.", required=True, payload=True),
        Column(
            "npi",
            "text",
            "National provider id, when the caregiver has one.",
            pattern=r"[12][0-9]{9}",
        ),
        Column(
            "discipline",
            "text",
            "What the caregiver is.",
            required=True,
            one_of=("aide", "attendant", "LPN", "RN", "therapist"),
        ),
        Column("hired_on", "date", "First day of work.", required=True),
        Column("ended_on", "date", "Last day of work; empty is open."),
        Column("credential_expires_on", "date", "Licence or training valid through."),
        Column("is_excluded", "boolean", "On an exclusion list.", required=True),
        Column("has_app", "boolean", "Can be reached through the app.", required=True),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

CAREGIVER_RESTRICTION = Table(
    name="caregiver_restriction",
    key=("caregiver_id", "client_id"),
    version="record_version",
    event_at="source_updated_at",
    meaning="One version of a caregiver's being kept from a client.",
    columns=(
        Column("caregiver_id", "text", "Who is not sent.", required=True, identifies="caregiver"),
        Column("client_id", "text", "To whom.", required=True, identifies="client"),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("restricted_from", "date", "First day.", required=True),
        Column("restricted_to", "date", "Last day; empty is open."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

ROLE_RIGHT = Table(
    name="role_right",
    key=("role", "right_code", "valid_from"),
    version="record_version",
    event_at="source_updated_at",
    meaning="What a role may change, from when to when.",
    columns=(
        Column("role", "text", "Role in the source systems.", required=True),
        Column(
            "right_code",
            "text",
            "What may be changed.",
            required=True,
            one_of=("visit_edit", "schedule_edit", "plan_edit", "auth_edit"),
        ),
        Column("valid_from", "date", "First day it holds.", required=True),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("valid_to", "date", "Last day it holds; empty is open."),
        Column("granted_by", "text", "Who granted it.", required=True),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)


def _daily(name: str, meaning: str, table: Table, owner: str, system: str) -> Feed:
    """A daily CSV whose headers are our own column names."""
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
        owner=owner,
        warn_after=timedelta(hours=50),
        fail_after=timedelta(hours=98),
        sources={column.name: Source(column.name) for column in table.columns},
    )


FEEDS = (
    _daily("clients", "Clients from intake.", CLIENT, "Billing specialist", "intake"),
    _daily(
        "caregivers", "Caregivers from the HR system.", CAREGIVER, "Credentialing specialist", "hr"
    ),
    replace(
        _daily(
            "caregiver_restrictions",
            "Caregivers who are not sent to a client, from the staffing office.",
            CAREGIVER_RESTRICTION,
            "Scheduler",
            "staffing_office",
        ),
        # few of them: months may pass between two
        cadence=timedelta(days=31),
        warn_after=timedelta(days=40),
        fail_after=timedelta(days=62),
        empty_allowed=True,
    ),
    _daily(
        "role_rights",
        "Rights by role from the access register.",
        ROLE_RIGHT,
        "Privacy/security officer",
        "access_register",
    ),
)
