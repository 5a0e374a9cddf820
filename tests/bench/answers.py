"""Answers to 50,000 claims, level by level: ``python -m tests.bench.answers [claims]``.

Claims, files and replies are made by the database itself; what is timed is ``take_answers``: which
attempts a new reply speaks of, how far they came, and what is odd.
"""

import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa

from orchestration import assembly
from orchestration.flow import ledger
from orchestration.flow.landing.tables import ensure_tables
from orchestration.ground import embedded_postgres
from orchestration.ground.calendar import fill_calendar
from orchestration.ground.database import Database, open_database
from orchestration.ground.migrations import migrate
from orchestration.ground.settings import read_settings
from orchestration.partners.answers import take_answers
from tests.bench.bulk import NOW
from tests.bench.measure import timed

CLAIMS = 50_000
PER_FILE = 5_000

_GROUND = (
    """
    insert into core.claim_batch (batch_no, payer_id, receiver_id, interchange_control
        , group_control, file_name, sha256, claim_count, total_cents, usage, content, written_at
        , batch_id, published_at)
    select 'B' || lpad(cast(n as text), 9, '0'), 'P' || n % 9, 'CLEARING'
        , lpad(cast(n as text), 9, '0'), cast(n as text), n || '.837'
        , encode(sha256(cast(cast(n as text) as bytea)), 'hex')
        , :per, 1700 * :per, 'T', cast(cast(n as text) as bytea), cast(:now as timestamptz), 1
        , cast(:now as timestamptz)
    from generate_series(1, cast(ceil(1.0 * :claims / :per) as integer)) as n
    """,
    """
    insert into core.claim (claim_id, client_id, payer_id, payer_program, service_week
        , total_cents, line_count, batch_no, set_control, frequency, rung, reply_standing, batch_id
        , published_at)
    select 'C' || lpad(cast(n as text), 9, '0'), 'X' || n, 'P' || (n / :per + 1) % 9, 'P'
        , date '2026-11-09', 1700, 1, 'B' || lpad(cast(n / :per + 1 as text), 9, '0'), '0001', '1'
        , 'sent', 'none', 1, cast(:now as timestamptz)
    from generate_series(0, :claims - 1) as n
    """,
    """
    insert into core.claim_attempt (claim_id, attempt_no, batch_no, set_control, frequency, why
        , made_by, batch_id, published_at)
    select claim_id, 1, batch_no, set_control, '1', 'first claim', 'carehops', 1, published_at
    from core.claim
    """,
    "analyze core.claim_batch, core.claim, core.claim_attempt, core.delivery",
)

_FILE = """
insert into landing.file (sha256, feed, name, byte_count, verdict, arrived_at, landed_at)
values (md5(:name) || md5(:name), 'clearinghouse_replies', :name, 1, 'landed', :at, :at)
returning file_id
"""

_ROW = """
insert into landing.clearinghouse_reply (reply_id, reply_kind, level, refers_to, group_control
    , set_control, batch_ref, outcome, codes, payer_claim_number, amount, is_balanced, payment_ref
    , payment_payer, source_entity, feed, file_id, line_no, is_current, landed_at)
"""
_META = "'clearinghouse_replies', :file, row_number() over (), true, cast(:at as timestamptz)"

_LEVELS = {
    "TA1": f"""{_ROW} select 'ta1/' || batch_no, 'TA1', 'interchange', interchange_control, null
        , null, null, 'accepted', '000', null, null, null, null, null, null, {_META}
        from core.claim_batch""",
    "999": f"""{_ROW} select '999/' || batch_no, '999', 'group', group_control, group_control
        , null, null, 'accepted', null, null, null, null, null, null, null, {_META}
        from core.claim_batch""",
    "clearinghouse 277CA": f"""{_ROW} select 'ch/' || claim_id, '277CA', 'claim', claim_id, null
        , null, batch_no || '-0001', case when random() < .04 then 'rejected' else 'accepted' end
        , 'A2:20', null, null, null, null, null, 'clearinghouse', {_META} from core.claim""",
    "payer 277CA": f"""{_ROW} select 'pr/' || claim_id, '277CA', 'claim', claim_id, null
        , null, batch_no || '-0001', case when random() < .03 then 'rejected' else 'accepted' end
        , 'A7:164:IL', 'I' || claim_id, null, null, null, null, 'payer', {_META}
        from core.claim where reply_standing = 'accepted'""",
    "835": f"""{_ROW} select 'ra/' || claim_id, '835', 'claim', claim_id, null, null, null
        , case when random() < .1 then 'denied' else 'paid' end, 'CLP:1', 'I' || claim_id, 17, true
        , 'E1', '1', 'payer', {_META}
        from core.claim where reply_standing = 'accepted'
        union all select 'ra/pay', '835', 'payment', 'E1', null, null, null, 'paid', null, null, 1
        , true, 'E1', '1', 'payer', 'clearinghouse_replies', :file, 0, true
        , cast(:at as timestamptz)""",
    "835 again": f"""{_ROW} select 'again/' || claim_id, '277CA', 'claim', claim_id, null
        , null, batch_no || '-0001', 'accepted', 'A2:20', null, null, null, null, null
        , 'clearinghouse', {_META} from core.claim""",
}


def bench_answers(database: Database, claims: int) -> None:
    """Make the ground, land each level, and time its taking in."""
    with database.transaction() as connection:
        for statement in _GROUND:
            connection.execute(sa.text(statement), {"claims": claims, "per": PER_FILE, "now": NOW})
    for level, rows in _LEVELS.items():
        with database.transaction() as connection:
            told = {"name": level, "at": NOW}
            file_id = connection.execute(sa.text(_FILE), told).scalar_one()
            landed = connection.execute(sa.text(rows), {"file": file_id, "at": NOW}).rowcount
        _take(database, f"{level}: {landed:,} replies")
    _take(database, "nothing new")


def _take(database: Database, what: str) -> None:
    with timed() as watch, database.transaction() as connection:
        moved = take_answers(connection, NOW)
    sys.stdout.write(f"{what}: {watch.seconds:.2f} s, {moved:,} claims moved\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        opened = open_database(read_settings({"CAREHOPS_HOME": str(home)}))
        migrate(opened.engine)
        with opened.transaction() as connection:
            ensure_tables(connection, assembly.tables())
            ledger.register_hops(connection, assembly.hops())
            fill_calendar(connection, NOW.date())
        try:
            bench_answers(opened, int(sys.argv[1]) if len(sys.argv) > 1 else CLAIMS)
        finally:
            opened.engine.dispose()
            embedded_postgres.stop(home)
