"""Five hundred planted identities, every failure driven, everything that is told searched: none.

Names, ids, file names, exception texts, SQL errors and URLs carry canaries. They may lie where
records lie (landing, core, audit, kept bytes, the drop folder, outgoing claims), and be shown to
somebody who asks for them (``status``, ``trace``, ``queue``, ``land``), and nowhere else.
"""

import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.ground import embedded_postgres
from orchestration.ground.sql import SQL_FOLDER
from tests.sftp_partner import SftpPartner, sftp_partner

pytestmark = pytest.mark.slow

PLANTED = 500
CANARY = re.compile(r"zzcanary", re.IGNORECASE)
#: Columns of feeds that name a person or a place of theirs, or say something of them.
PERSONAL = re.compile(r"last_?name|first_?name|address|city|memo|note", re.IGNORECASE)
#: Numbers of theirs, which have a form: planted in some rows, which then wait or are held.
NUMBERS = re.compile(r"medicaid|phone", re.IGNORECASE)
ENOUGH_TICKS = 8
SECRET_URL = "http://zzcanary-account:zzcanary-password@127.0.0.1:9/zzcanary-hook?key=zzcanary-key"
SECRET = "zzcanary-secret"
ANSWERS = Path(__file__).parents[1] / "data" / "x12"
#: Kinds of incident that come about here.
DRIVEN = {
    *("hop_failing", "hop_stale", "feed_late", "records_stuck", "schema_drift", "feed_quarantined"),
    *("notifier_failing", "credential_failing", "line_failing", "reply_overdue"),
}
#: Schemas and folders in which records lie; everything else is told to somebody.
RECORDS_LIE_IN = ("landing", "core", "audit")
#: Beside them: what is said of files on their way, which names nobody.
TOLD_OF_FILES = ("delivery", "delivery_event")
FOLDERS_OF_RECORDS = ("kept", "drop", "sample", "outbox", "postgres/data")


class Canaries:
    """Gives out identities, each once."""

    def __init__(self) -> None:
        self.numbers = count()
        self.planted = 0
        self.known: dict[str, str] = {}

    def __next__(self) -> str:
        self.planted += 1
        return f"Zzcanary{next(self.numbers):05d}"

    def instead_of(self, said: str) -> str:
        """The same for the same, so that a client is still the one of the payer's roster."""
        if said not in self.known:
            self.known[said] = next(self)
        return self.known[said]

    def in_rows(self, text: str, delimiter: str) -> str:
        """Every person's cell is a canary, and one more row is nothing but canaries."""
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        if len(rows) < 2:
            return text
        personal = [place for place, name in enumerate(rows[0]) if PERSONAL.search(name)]
        numbers = [place for place, name in enumerate(rows[0]) if NUMBERS.search(name)]
        for number, row in enumerate(rows[1:]):
            for place in personal:
                if place < len(row) and row[place]:
                    row[place] = self.instead_of(row[place])
            for place in numbers if number % 5 == 4 else ():
                if place < len(row) and row[place]:
                    row[place] = next(self)
        rows.append([next(self) for _ in rows[0]])
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
        return out.getvalue()

    def in_json(self, text: str) -> str:
        """The same for records in JSON."""
        try:
            found = json.loads(text)
        except ValueError:
            return text  # one of the sample's own broken files
        for record in found[::3]:
            record["PatientMedicaidID"] = next(self)
            for call in record.get("Calls", ()):
                call["OriginatingPhoneNumber"] = next(self)
        found.append({name: next(self) for name in (found[0] if found else {})})
        return json.dumps(found)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="carehops-canaries-"))
    folder.chmod(0o711)
    yield folder / "home"
    carehops(folder / "home", "down")
    shutil.rmtree(folder, ignore_errors=True)


def surroundings(home: Path, port: int = 0) -> dict[str, str]:
    return {
        **os.environ,
        "CAREHOPS_HOME": str(home),
        "CAREHOPS_AGENCY": str(home.parent / "agency"),
        "CAREHOPS_UI_PORT": str(port or 3210),
        "CAREHOPS_CANARY_HOOK": SECRET_URL,
        "CAREHOPS_CANARY_KEY": SECRET,
    }


def carehops(home: Path, *arguments: str) -> str:
    """Everything a command says."""
    ran = subprocess.run(
        [sys.executable, "-m", "orchestration", *arguments],
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


def plant(home: Path, canaries: Canaries) -> None:
    """The sample agency's files with other people in them, and files nobody can read."""
    sample, drop = home / "sample", home / "drop"
    carehops(home, "sample", "--out", str(sample), "--clients", "20", "--days", "4")
    drop.mkdir(mode=0o700, parents=True)
    for path in sorted((sample / "feeds").iterdir()):
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.name.endswith(".manifest.json"):
            continue  # its checksum is of the file as it was
        if path.name.endswith((".csv", ".CSV")):
            text = canaries.in_rows(text, ",")
        elif path.name.endswith(".txt"):
            text = canaries.in_rows(text, "|")
        elif path.name.startswith("evv_visits_sandata") and path.name.endswith(".json"):
            text = canaries.in_json(text)
        (drop / path.name).write_text(text)
    for path in sorted(drop.glob("[CV]*"))[1::2] + sorted(drop.glob("care_plans*"))[1::2]:
        path.rename(sample / path.name)  # for the second run
    heading = "client_id,record_version,medicaid_id,last_name\n"
    (drop / f"clients_{next(canaries)}.csv").write_text(
        heading.replace("medicaid_id", next(canaries)) + f"{next(canaries)},1,{next(canaries)},x\n"
    )
    (drop / f"{next(canaries)}.csv").write_text(f"{next(canaries)},{next(canaries)}\n")
    (drop / f"evv_visits_sandata_{next(canaries)}.json").write_text(f'[{{"{next(canaries)}": ')
    (drop / f"VISITS_{next(canaries)}.CSV").write_bytes(f"{next(canaries)}\0\xff".encode("latin-1"))
    for ending in ("277", "x12"):  # the first is nobody's, the second a feed's
        (drop / f"clearinghouse_replies_{next(canaries)}.{ending}").write_text(
            f"ISA*00*{next(canaries)}~NM1*QC*1*{next(canaries)}*{next(canaries)}~"
        )
    refusal = (ANSWERS / "claimack_rejected.277ca").read_text()
    person = rf"\g<1>{next(canaries)}*{next(canaries)}"
    named = re.sub(r"(NM1\*QC\*1\*)[^*~]*\*[^*~]*", person, refusal)
    assert named != refusal
    (drop / "answers_by_name.x12").write_text(named)
    ages_ago = time.time() - 3600
    for path in drop.iterdir():
        os.utime(path, (ages_ago, ages_ago))


def sample_left(home: Path) -> list[Path]:
    """Files kept for the second run."""
    return [path for path in (home / "sample").iterdir() if path.name[0] in "CVc"]


def set_up_the_pager(home: Path) -> None:
    """Channels that cannot be reached, whose addresses and keys are secrets."""
    folder = home.parent / "agency"
    shutil.copytree(SQL_FOLDER / "agency", folder)
    (folder / "pager.toml").write_text(
        (folder / "pager.toml")
        .read_text()
        .replace(
            "[[routes]]\nchannels = [",
            '[channels.hook]\nkind = "slack"\nsecret = "CAREHOPS_CANARY_HOOK"\n\n'
            '[[routes]]\nchannels = ["hook", ',
        )
    )


PARTNER = """
[sending]
receiver_id = "PLAN"
name = "SOME PLAN"
transport = "sftp"
[sending.agreement]
signed_on = 2026-01-02
[sending.sftp]
host = "127.0.0.1"
port = {port}
user = "willow"
host_keys = ["{key}"]
out = "in"
replies = "out"
quiet_seconds = 0
password = "{secret}"
"""


def set_up_partners(home: Path, server: SftpPartner, canaries: Canaries) -> None:
    """One takes our secret and has no room, the other throws us out; both say whom they mean."""
    server.password, server.says = SECRET, f"{next(canaries)} {next(canaries)}"
    server.full_after, server.throws_out = 100, True
    reply = f"ISA*00*{next(canaries)}~NM1*QC*1*{next(canaries)}*{next(canaries)}~"
    (server.folder("out") / f"{next(canaries)}.835").write_text(reply)
    secrets = {"maple_care_plan": "CAREHOPS_CANARY_KEY", "buckeye_medicaid": "CAREHOPS_CANARY_HOOK"}
    for partner, secret in secrets.items():
        with (home.parent / "agency" / "partners" / f"{partner}.toml").open("a") as file:
            file.write(PARTNER.format(port=server.port, key=server.host_key, secret=secret))


def misprice(home: Path) -> None:
    """Rates so high that a check that must hold will not."""
    for path in (home.parent / "agency" / "payers").glob("*.toml"):
        path.write_text(re.sub(r"^rate = .*$", "rate = 99999.00", path.read_text(), flags=re.M))


def bill(home: Path) -> dict[str, str]:
    """Claims of canaries are refused by the database, then made, then sent as far as they get."""
    said = {"billed": carehops(home, "pass", "delivery_to_billing")}
    execute(
        home,
        "create function public.refuse_file() returns trigger language plpgsql as $$ begin "
        "raise exception 'refused %%', convert_from(new.content, 'utf-8'); end $$",
        "create trigger refuse before insert on core.claim_batch "
        "for each row execute function public.refuse_file()",
    )
    said["claims refused"] = carehops(home, "pass", "billing_to_clearinghouse")
    assert "carehops broke: RaiseException" in said["claims refused"]
    execute(home, "drop trigger refuse on core.claim_batch")
    said["claimed"] = carehops(home, "pass", "billing_to_clearinghouse")
    for asked in ("exchange", "deliveries"):
        said[asked] = carehops(home, asked)
    for path in (home / "outbox").iterdir():
        said[f"check of {path.name}"] = carehops(home, "claims", "check", str(path))
    return said


def assert_claims_carry_canaries(home: Path, server: SftpPartner) -> None:
    """Every way a claim file can go was gone: left in a folder, not taken, and not let in."""
    with engine(home, "carehops").connect() as connection:
        files = connection.execute(sa.text("select partner, content from core.claim_batch")).all()
        whys = connection.scalars(sa.text("select why from ops.line order by why")).all()
        fetched = connection.scalars(sa.text("select local_name from core.reply_file")).all()
    assert {file.partner for file in files} >= {"clearinghouse", "maple_care_plan"}
    assert all(CANARY.search(bytes(file.content).decode()) for file in files)
    left = list((home / "outbox").iterdir())
    assert left
    assert all(CANARY.search(path.read_text()) for path in left)
    assert not CANARY.search(" ".join(path.name for path in left))
    assert [why for why in whys if why] == ["credential_refused", "not_taken"]
    assert server.arrived == []
    assert len(fetched) == 1
    assert not CANARY.search(fetched[0])


def engine(home: Path, name: str) -> sa.Engine:
    server = embedded_postgres.running(home)
    assert server is not None
    return sa.create_engine(sa.make_url(server.url(name)), poolclass=sa.NullPool)


def execute(home: Path, *statements: str) -> None:
    with engine(home, "carehops").begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def told_in(home: Path, database: str) -> dict[str, str]:
    """Every row of every table that no record lies in, as text."""
    found = {}
    with engine(home, database).connect() as connection:
        tables = connection.execute(
            sa.text("""
                select table_schema as schema, table_name as name from information_schema.tables
                where table_type = 'BASE TABLE'
                    and table_schema not in ('pg_catalog', 'information_schema')
            """)
        ).all()
        for table in tables:
            of_records = table.schema in RECORDS_LIE_IN and table.name not in TOLD_OF_FILES
            if database == "carehops" and of_records:
                continue
            where = f'"{table.schema}"."{table.name}"'
            rows = connection.execute(
                sa.text(f"select t::text from {where} as t".replace("::", "\\:\\:"))
            )
            found[f"{database} {where}"] = "\n".join(row[0] for row in rows)
    return found


def told_on_disk(home: Path) -> dict[str, str]:
    """Every file, and every file's name, but those of records."""
    found = {}
    for path in home.rglob("*"):
        name = str(path.relative_to(home))
        if name.startswith(FOLDERS_OF_RECORDS):
            continue
        found[f"name of {name}"] = name
        if path.is_file():
            found[name] = path.read_text(errors="replace")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(home: Path) -> str:
    """The real daemon with sensors, pager and watchdog on; answers with what was printed."""
    program = subprocess.Popen(
        [sys.executable, "-m", "orchestration", "ui"],
        env=surroundings(home, free_port()),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    ticks = "select count(*) from job_ticks where status in ('SKIPPED', 'FAILURE')"
    before, until = None, time.monotonic() + 180
    while time.monotonic() < until:
        time.sleep(1)
        try:
            with engine(home, "carehops_dagster").connect() as connection:
                now = connection.execute(sa.text(ticks)).scalar_one()
        except sa.exc.ProgrammingError:
            continue  # Dagster has not made its tables yet
        before = now if before is None else before
        if now > before + ENOUGH_TICKS:
            break
    program.send_signal(signal.SIGINT)
    said, _ = program.communicate(timeout=60)
    return said


def in_three_weeks() -> str:
    """A Wednesday, ten in the morning where the agency is: everybody is told of everything."""
    day = datetime.now(UTC).date() + timedelta(days=21)
    day += timedelta(days=(2 - day.weekday()) % 7)
    return f"{day}T15:00:00Z"


@pytest.fixture
def server(home: Path) -> Iterator[SftpPartner]:
    with sftp_partner(home.parent / "partner") as running:
        yield running.partner


def test_none_of_five_hundred_identities_is_ever_told(home: Path, server: SftpPartner) -> None:
    canaries, said = Canaries(), {}
    set_up_the_pager(home)
    set_up_partners(home, server, canaries)
    misprice(home)
    plant(home, canaries)
    assert canaries.planted >= PLANTED
    said["first run"] = carehops(home, "run", "--no-sample")
    said["stopped"] = carehops(home, "pass", "delivery_to_billing")
    assert "MUST charge_there does not hold" in said["stopped"]
    execute(home, "update landing.payer_contract set rate_cents = 629")
    said |= bill(home)
    assert_claims_carry_canaries(home, server)
    # what the database says of a row it refuses quotes the row
    execute(
        home,
        "alter table core.coordination_visit "
        "add constraint nobody check (record_id = '') not valid",
    )
    execute(
        home,
        "create function public.refuse() returns trigger language plpgsql as $$ begin "
        "raise exception 'refused %%', new; end $$",
        "create trigger refuse before insert or update on core.plan_delivery "
        "for each row execute function public.refuse()",
    )
    for path in sample_left(home):
        path.rename(home / "drop" / path.name)
    said["second run"] = carehops(home, "run", "--no-sample")
    for hop in ("evv_to_coordination", "care_plan_to_frontline"):
        said[hop] = carehops(home, "pass", hop)
    said["drill"] = carehops(home, "drill")
    for asked in ("incidents", "doctor"):
        said[asked] = carehops(home, asked)
    said["the daemon"] = serve(home)
    # three weeks on everything is late, stuck, unanswered or near its limit
    said["watch"] = carehops(home, "--now", in_three_weeks(), "watch")
    said["incidents then"] = carehops(home, "incidents", "--json")
    kinds = {found["kind"] for found in json.loads(said["incidents then"])["incidents"]}
    assert kinds >= DRIVEN, DRIVEN - kinds
    # a sensor that crashes on what the database says
    execute(home, "alter table ops.heartbeat add constraint nobody check (name = '') not valid")
    said["the daemon again"] = serve(home)
    said["watchdog"] = carehops(home, "watchdog", "--once", "--port", "1")

    told = said | told_in(home, "carehops") | told_in(home, "carehops_dagster") | told_on_disk(home)
    assert any("SQLSTATE" in text for text in told.values())  # the failures were driven
    assert sum(len(text) for text in told.values()) > 100_000
    leaks = {
        where: text[max(found.start() - 120, 0) : found.end() + 60]
        for where, text in told.items()
        if (found := CANARY.search(text))
    }
    assert not leaks, json.dumps(leaks, indent=1)


def test_the_search_finds_what_it_looks_for(home: Path) -> None:
    with engine(home, "carehops").connect() as connection:
        names = connection.scalars(sa.text("select last_name from landing.client")).all()
    assert any(CANARY.search(name) for name in names)  # records do carry them
    execute(home, "update ops.watch_state set state = 'Zzcanary99999'")
    (home / "dagster" / "Zzcanary99998.log").write_text("")
    assert any(CANARY.search(text) for text in told_in(home, "carehops").values())
    assert any(CANARY.search(text) for text in told_on_disk(home).values())
