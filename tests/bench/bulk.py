"""Any number of plain good visits and all they lean on, made by the database itself.

Density does not change with size: fifty visits a client, two hundred a caregiver, one visit a
client a day, so that a curve over sizes shows the size and nothing else.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
VISITS_A_CLIENT = 50

_COMMON = {
    "contract": """
        insert into landing.payer_contract (payer_id, payer_program, service_code, modifiers
            , valid_from, contract_version, payer_name, payer_edi_id, claim_filing_code, is_billed
            , unit_rule, rate_cents, splits_at_midnight, max_visit_minutes
            , schedule_tolerance_minutes, gps_limit_metres, needs_verified_visit
            , needs_signed_note, needs_signed_order, needs_service_auth, member_id_pattern
            , filing_limit_days, last_validated_on, review_on, source_updated_at, updated_by
            , feed, file_id, line_no, is_current, landed_at)
        values ('BULK', 'P', 'T1019', '-', '2020-01-01', 1, 'Bulk Fictional', 'BULK', 'MC', true
            , 'CMS_8MIN', 500, false, 1500, 15, 1609, true, true, false, true, '[0-9]+', 365
            , '2026-01-01', '2027-01-01', :now, 'x', 'payer_contracts', :file, 1, true, :now)""",
    "enrolment": """
        insert into landing.provider_enrolment (payer_id, payer_program, npi, enrolled_from
            , record_version, taxonomy_code, source_updated_at, feed, file_id, line_no, is_current
            , landed_at)
        values ('BULK', 'P', '1234567893', '2020-01-01', 1, '253Z00000X', :now
            , 'provider_enrolments', :file, 1, true, :now)""",
    "right": """
        insert into landing.role_right (role, right_code, valid_from, record_version, granted_by
            , source_updated_at, feed, file_id, line_no, is_current, landed_at)
        values ('coordinator', 'visit_edit', '2020-01-01', 1, 'x', :now, 'role_rights', :file, 1
            , true, :now)""",
}
_CLIENTS = """
insert into landing.client (client_id, record_version, medicaid_id, last_name, first_name
    , birth_date, sex, address_line, city, state_code, zip_code, diagnosis_code, payer_id
    , payer_program, eligible_from, source_updated_at, feed, file_id, line_no, is_current
    , landed_at)
select 'C' || i, 1, lpad(cast(i as text), 12, '0'), 'Fictional', 'Test', '1950-01-01', 'F'
    , '1 Nowhere', 'Columbus', 'OH', '43215', 'R69', 'BULK', 'P', '2020-01-01', :now
    , 'clients', :file, i, true, :now
from generate_series(cast(:first as bigint), cast(:last as bigint)) as i
"""
_CAREGIVERS = """
insert into landing.caregiver (caregiver_id, record_version, last_name, first_name, discipline
    , hired_on, is_excluded, has_app, source_updated_at, feed, file_id, line_no, is_current
    , landed_at)
select 'G' || i, 1, 'Fictional', 'Test', 'aide', '2020-01-01', false, true, :now
    , 'caregivers', :file, i, true, :now
from generate_series(cast(:first as bigint) / 4, cast(:last as bigint) / 4) as i
on conflict do nothing
"""
_VISITS = """
insert into landing.evv_visit (source_system, visit_id, sequence_id, action, client_id
    , client_medicaid_id, caregiver_id, payer_id, payer_program, service_code, schedule_id
    , call_in_at, call_out_at, call_in_type, call_out_type, location_type, time_zone, tasks
    , aggregator_status, source_updated_at, updated_by, updated_by_role, feed, file_id, line_no
    , is_current, landed_at)
select 'hhax', 'V' || lpad(cast(n as text), 9, '0'), 1, 'upsert', 'C' || client
    , lpad(cast(client as text), 12, '0'), 'G' || client / 4, 'BULK', 'P', 'T1019'
    , 'S' || lpad(cast(n as text), 9, '0'), start_at, start_at + interval '2 hours'
    , 'FVV', 'FVV', 'home', 'America/New_York', 'BATH:done;MEAL:done'
    , 'Verified', start_at + interval '3 hours', 'evv', 'coordinator', 'evv_visits_hhax', :file
    , n, true, :now
from generate_series(cast(:from_visit as bigint), cast(:to_visit as bigint)) as n
cross join lateral (
    select n / :a_client as client, n % :a_client as day
) as place
cross join lateral (
    select timestamptz '2026-09-01 12:00+00'
        + make_interval(days => cast(day as integer), hours => cast(client % 4 * 3 as integer))
        as start_at
) as timed
"""

_SCHEDULES = """
insert into landing.schedule (schedule_id, schedule_version, client_id, caregiver_id, payer_id
    , payer_program, service_code, start_at, end_at, status, is_critical, source_updated_at
    , updated_by, updated_by_role, feed, file_id, line_no, is_current, landed_at)
select schedule_id, 1, client_id, caregiver_id, payer_id, payer_program, service_code, call_in_at
    , call_out_at, 'planned', false, :now, 'x', 'scheduler', 'schedules', :file, line_no, true, :now
from landing.evv_visit where file_id = :file
"""


def new_file(connection: sa.Connection, name: str, rows: int) -> int:
    """A file for rows that come beside landing."""
    return int(
        connection.execute(
            sa.text("""
                insert into landing.file (sha256, feed, name, byte_count, verdict, arrived_at
                    , landed_at, line_count, row_count)
                select repeat('0', 64 - length(h)) || h, 'evv_visits_hhax', :name, 1, 'landed'
                    , :now, :now, :rows, :rows
                from (select to_hex(nextval('ledger.batch_id_seq'))) as numbered(h)
                returning file_id
            """),
            {"name": name, "now": NOW, "rows": rows},
        ).scalar_one()
    )


def add_visits(connection: sa.Connection, from_visit: int, to_visit: int) -> int:
    """Visits numbered from..to with the clients and caregivers they need; answers the file."""
    file_id = new_file(connection, f"bulk_{from_visit}.csv", to_visit - from_visit + 1)
    binds = {
        "file": file_id,
        "now": NOW,
        "first": from_visit // VISITS_A_CLIENT,
        "last": to_visit // VISITS_A_CLIENT,
        "from_visit": from_visit,
        "to_visit": to_visit,
        "a_client": VISITS_A_CLIENT,
    }
    if from_visit == 0:
        for statement in _COMMON.values():
            connection.execute(sa.text(statement), binds)
    for statement in (_CLIENTS, _CAREGIVERS, _VISITS, _SCHEDULES):
        text = sa.text(statement)
        connection.execute(text, {key: binds[key] for key in text._bindparams})
    return file_id


def settle(engine: sa.Engine) -> None:
    """What autovacuum would have done by now, so that it does not run inside a measurement."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum (analyze)")
        connection.exec_driver_sql("checkpoint")
