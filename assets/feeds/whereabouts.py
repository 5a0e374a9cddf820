"""Where clients and caregivers are when they are not where visits expect them.

A client in hospital gets no care at home; a caregiver who lives with the client gives care under
rules of its own.
"""

from datetime import timedelta

from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

INPATIENT_STAY = Table(
    name="inpatient_stay",
    key=("stay_id",),
    version="record_version",
    event_at="source_updated_at",
    meaning="One version of a client's stay in a hospital or nursing facility.",
    indexes=(("client_id",),),
    columns=(
        Column("stay_id", "text", "The stay.", required=True),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("client_id", "text", "Who stays.", required=True, identifies="client"),
        Column("admitted_on", "date", "Day of admission.", required=True),
        Column("discharged_on", "date", "Day of discharge; empty is still there."),
        Column("is_void", "boolean", "Whether it was told by mistake.", required=True),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

LIVE_IN = Table(
    name="live_in",
    key=("caregiver_id", "client_id"),
    version="record_version",
    event_at="source_updated_at",
    meaning="One version of a caregiver's living with a client, and its yearly proof.",
    columns=(
        Column("caregiver_id", "text", "Who lives in.", required=True, identifies="caregiver"),
        Column("client_id", "text", "With whom.", required=True, identifies="client"),
        Column("record_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column("lives_in_from", "date", "First day.", required=True),
        Column("lives_in_to", "date", "Last day; empty is open."),
        Column("attested_on", "date", "Day of the last proof; empty is none yet."),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
    ),
)

STAYS = Feed(
    name="inpatient_stays",
    meaning="Admissions and discharges, from hospitals' notices or the payer.",
    system="admission_notices",
    table=INPATIENT_STAY,
    files="inpatient_stays_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(days=1),
    owner="Care coordinator",
    # nobody may go to hospital for a while
    warn_after=timedelta(days=8),
    fail_after=timedelta(days=15),
    empty_allowed=True,
    sources={column.name: Source(column.name) for column in INPATIENT_STAY.columns},
)
LIVE_INS = Feed(
    name="live_ins",
    meaning="Caregivers who live with their client, from the compliance register.",
    system="compliance_register",
    table=LIVE_IN,
    files="live_ins_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(days=31),
    owner="Compliance/QA lead",
    warn_after=timedelta(days=40),
    fail_after=timedelta(days=62),
    empty_allowed=True,
    sources={column.name: Source(column.name) for column in LIVE_IN.columns},
)

FEEDS = (STAYS, LIVE_INS)
