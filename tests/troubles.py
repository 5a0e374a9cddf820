"""Every kind of trouble, brought about as it comes about, and what a person does outside to end it.

A story is a generator. It brings its trouble about, yields what there is to be seen, and is resumed
when somebody has read the page: then it does what happens outside of Carehops (a sender sends, a
nurse signs, a line of a file is mended). Whatever Carehops itself must be told is the runbook's to
say, and is done by who follows it.

    @story
    def hop_stale(agency):
        ...
        yield Trouble("evv_to_coordination", shows=("evv_to_coordination is stale",))
"""

import csv
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner, Result

from orchestration.assembly import assemble
from orchestration.cli import main
from orchestration.commands.opening import BROKEN
from orchestration.ground.clock import FixedClock
from orchestration.ground.database import Database
from orchestration.ground.settings import read_settings
from orchestration.ground.sql import SQL_FOLDER
from orchestration.watch.looking.heartbeats import WATCHDOG, beat
from tests.bench_of_records import Records
from tests.receivers import nobody_listens, web_receiver
from tests.sftp_partner import SftpPartner, sftp_partner
from tests.sql.billing_to_clearinghouse.good_claim import lay_claim_ground
from tests.sql.care_plan_to_frontline import good_plan
from tests.sql.delivery_to_billing.good_delivery import bill, contract, visit
from tests.sql.evv_to_coordination import good_visit

REMITTANCE = (Path(__file__).parent / "data" / "x12" / "remit.835").read_text()
ACCEPTED = (Path(__file__).parent / "data" / "x12" / "ack_accept.999").read_text()
GOOD = "schedules_9.csv"
"""The file that ends it."""

#: A Wednesday, ten in the morning where the agency is.
NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
H1, H2, H3, H4 = (
    *("evv_to_coordination", "care_plan_to_frontline"),
    *("delivery_to_billing", "billing_to_clearinghouse"),
)


@dataclass(frozen=True)
class Trouble:
    """What there is to be seen of it.

    Args:
        subject: What it is about.
        cause: What tells it apart, where something does.
        fill: What stands for the words in capitals of the runbook's commands.
        shows: What the commands under "See it" must have shown, all together.
        then: What stands for words in capitals in what is done afterwards.
        shows_after: How long after that it shows; the story is resumed once more then.
    """

    subject: str
    cause: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    then: Mapping[str, str] = field(default_factory=dict)
    shows_after: timedelta = timedelta(0)


DONE = Trouble("")
"""Yielded by a story that has still something to keep up until its end is told."""


class Agency:
    """A home, files and a database of its own, and a clock that stands where it is put."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.home = folder / "home"
        self.files = folder / "agency"
        shutil.copytree(SQL_FOLDER / "agency", self.files)
        self.environ = {
            "CAREHOPS_HOME": str(self.home),
            "CAREHOPS_AGENCY": str(self.files),
            "CAREHOPS_DATABASE_URL": database.url.render_as_string(hide_password=False),
        }
        self.records = Records(database, self.home)
        self.at(NOW)
        self.home.mkdir(mode=0o711)
        (self.home / "drop").mkdir(mode=0o700)

    def at(self, now: datetime) -> None:
        """It is that time."""
        self.now = self.records.now = now

    def carehops(self, *words: object) -> Result:
        """What a command says, and how it ends."""
        now = self.now.isoformat()
        return CliRunner().invoke(main, ["--now", now, *map(str, words)], env=self.environ)

    def shell(self, line: str) -> str:
        """What another program says."""
        environ = {**os.environ, **self.environ}
        said = subprocess.run(
            line, shell=True, env=environ, capture_output=True, text=True, check=True
        )
        return said.stdout

    def look(self, *, unwatched: bool = False) -> None:
        """One look of the pager; the watchdog is at work unless said otherwise."""
        if not unwatched:
            with self.database.transaction() as connection:
                beat(connection, WATCHDOG, self.now)
        assert self.carehops("watch").exit_code == 0

    def reads_own_files(self) -> None:
        """What the sensor does once a minute."""
        house = assemble(read_settings(self.environ), FixedClock(self.now))
        house.landing.take_own()
        house.database.engine.dispose()

    def passes(self, hop: str) -> None:
        """A pass that is published."""
        said = self.carehops("pass", hop)
        assert said.exit_code == 0, said.output

    def lands(self, name: str, text: str) -> Result:
        """A file comes, and is landed."""
        return self.carehops("land", self.comes(name, text))

    def comes(self, name: str, text: str) -> Path:
        """A file lies in the drop folder."""
        path = self.home / "drop" / name
        path.write_text(text)
        return path

    def execute(self, sql: str, **binds: Any) -> None:
        with self.database.transaction() as connection:
            connection.execute(sa.text(sql), binds)

    def changes(self, name: str, old: str, new: str) -> None:
        """Somebody edits a file of the agency's."""
        path = self.files / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def pages(self) -> list[dict[str, Any]]:
        """What was sent, oldest first."""
        sent = sorted((self.home / "pages").glob("pages-*.jsonl"))
        return [json.loads(line) for path in sent for line in path.read_text().splitlines()]

    def incidents(self, kind: str) -> list[dict[str, Any]]:
        """Incidents of a kind, the open one first."""
        said = json.loads(self.carehops("incidents", "--closed", 99, "--json").stdout)
        return [each for each in said["incidents"] if each["kind"] == kind]


Story = Callable[[Agency], Iterator[Trouble]]
STORIES: dict[str, Story] = {}


def story(tell: Story) -> Story:
    """Told of the kind it is called after."""
    STORIES[tell.__name__] = tell
    return tell


def schedules(*ids: str, version: int = 1, at: datetime, **more: str) -> str:
    """A file of planned visits."""
    plain = {
        "schedule_version": str(version),
        "client_id": "C1",
        "caregiver_id": "G1",
        "payer_id": "P1",
        "payer_program": "WAIVER",
        "service_code": "T1019",
        "start_at": (NOW + DAY).isoformat(),
        "end_at": (NOW + DAY + HOUR).isoformat(),
        "status": "planned",
        "is_critical": "false",
        "source_updated_at": at.isoformat(),
        "updated_by": "S1",
        "updated_by_role": "Scheduling lead",
        **more,
    }
    out = io.StringIO()
    rows = csv.DictWriter(out, ["schedule_id", *plain])
    rows.writeheader()
    rows.writerows({"schedule_id": each, **plain} for each in ids)
    return out.getvalue()


def corrected(agency: Agency, *visits: dict[str, Any]) -> None:
    """Somebody with the right to it corrects them in the EVV system."""
    right = {"role": "Coordinator", "right_code": "visit_edit", "valid_from": date(2026, 1, 1)}
    agency.records.put("role_right", right)
    by = {"sequence_id": 2, "updated_by_role": "Coordinator", "source_updated_at": agency.now}
    agency.records.put("evv_visit", *({**each, **by} for each in visits))


# what a hop does not do


@story
def hop_stale(agency: Agency) -> Iterator[Trouble]:
    agency.at(NOW - 3 * HOUR)
    agency.passes(H1)
    agency.at(NOW)
    yield Trouble(H1, shows=(f"{H1} is stale: the last published pass ended 3 h",))


@story
def hop_failing(agency: Agency) -> Iterator[Trouble]:
    agency.execute(
        "alter table core.coordination_visit add constraint nobody check (record_id = '')"
    )
    lay_claim_ground(agency.records)
    agency.records.put("evv_visit", visit("V1", NOW - 5 * HOUR))
    assert agency.carehops("pass", H1).exit_code == BROKEN
    yield Trouble(H1, "statement", shows=("CheckViolation, SQLSTATE 23514",))
    agency.execute("alter table core.coordination_visit drop constraint nobody")


@story
def queue_growing(agency: Agency) -> Iterator[Trouble]:
    broken = [visit(f"V{number}", NOW - 9 * DAY, client_id="C9") for number in range(60)]
    for days, records in ((8, 0), (7, 0), (1, 60), (0, 0)):
        agency.at(NOW - days * DAY)
        if records:
            lay_claim_ground(agency.records)
            agency.records.put("evv_visit", *broken)
        agency.passes(H1)
    yield Trouble(H1, shows=(f"60 records at {H1} not through",))
    corrected(agency, *({**each, "action": "cancel"} for each in broken))


@story
def records_stuck(agency: Agency) -> Iterator[Trouble]:
    lay_claim_ground(agency.records)
    agency.at(NOW - 3 * DAY)
    open_ended = visit("V1", NOW - 3 * DAY - 3 * HOUR, call_out_at=None)
    agency.records.put("evv_visit", open_ended)
    agency.passes(H1)
    agency.at(NOW)
    agency.passes(H1)
    yield Trouble(
        *(H1, "EVV-NO-OUT"),
        fill={"CODE": "EVV-NO-OUT", "ID": "V1"},
        shows=(f"1 record at {H1} not through", f"hhax/V1 is stuck at {H1}"),
    )
    corrected(agency, visit("V1", NOW - 3 * DAY - 3 * HOUR))


# what strays from the plan

COORDINATOR = {"WHO": "coordinator01@willow-bend.example"}


@story
def visit_missed(agency: Agency) -> Iterator[Trouble]:
    good_visit.lay_ground(agency.records)
    planned = good_visit.plan("V1", NOW - 5 * HOUR, is_critical=True)
    agency.records.put("schedule", planned)
    agency.passes(H1)
    yield Trouble(
        *(H1, "critical"),
        fill={"SCHEDULE": "S-V1", "DAY": f"{NOW.date()}"},
        shows=(
            "missed_visits",
            "schedule/S-V1",
            "C1         G1            18 Nov 2026 05:00",
            "S-V1 is known, newest by line 1 of",
        ),
        then=COORDINATOR,
    )


@story
def deviation_not_reviewed(agency: Agency) -> Iterator[Trouble]:
    good_visit.lay_ground(agency.records)
    strayed(agency, 2)
    agency.at(NOW - 2 * DAY)
    agency.passes(H1)
    agency.at(NOW)
    agency.passes(H1)
    yield Trouble(
        *(H1, "late"),
        shows=("hhax/V2", "overdue", "share_in_time"),
        then={**COORDINATOR, "KIND": "late", "SUBJECT": "hhax/V2", "ACTION": "caregiver_spoken_to"},
    )


@story
def plan_review_due(agency: Agency) -> Iterator[Trouble]:
    good_visit.lay_ground(agency.records)
    strayed(agency, 4, 3, 2)
    agency.passes(H1)
    yield Trouble(
        H1,
        shows=("C1         3           late", "hhax/V3"),
        then={**COORDINATOR, "KIND": "late", "SUBJECT": "hhax/V3"},
    )


def strayed(agency: Agency, *days_ago: int) -> None:
    """Visits that began an hour late."""
    for days in days_ago:
        start = NOW - days * DAY - 5 * HOUR
        agency.records.put("schedule", good_visit.plan(f"V{days}", start))
        agency.records.put("evv_visit", good_visit.visit(f"V{days}", start + HOUR))


# what a sender does not send


@story
def feed_late(agency: Agency) -> Iterator[Trouble]:
    agency.at(NOW - 5 * HOUR)
    agency.lands("schedules_1.csv", schedules("S1", at=agency.now))
    agency.at(NOW)
    yield Trouble(
        "schedules",
        then={"FILE": GOOD},
        shows=("schedules is stale: the last complete file came 5 h", "schedules_1.csv"),
    )
    agency.comes(GOOD, schedules("S1", version=2, at=agency.now))


def unusable(
    agency: Agency, cause: str, name: str, text: str, shows: str, feed: str = "schedules"
) -> Iterator[Trouble]:
    """Yesterday's file was good, this one is not; the sender is asked, and sends another."""
    agency.at(NOW - DAY)
    agency.lands("schedules_1.csv", schedules("S1", "S2", at=agency.now))
    agency.at(NOW)
    agency.lands(name, text)
    yield Trouble(feed, cause, fill={"FILE": name}, shows=(shows, name), then={"FILE": GOOD})
    agency.comes(GOOD, schedules("S1", "S2", version=2, at=agency.now))


@story
def feed_short(agency: Agency) -> Iterator[Trouble]:
    empty = schedules(at=NOW)
    yield from unusable(agency, "NO-RECORDS", "schedules_2.csv", empty, "NO-RECORDS")


@story
def feed_repeated(agency: Agency) -> Iterator[Trouble]:
    again = schedules("S1", "S2", at=NOW - DAY)
    yield from unusable(agency, "", "schedules_2.csv", again, "schedules_2.csv was seen again")


@story
def feed_out_of_range(agency: Agency) -> Iterator[Trouble]:
    ahead = schedules("S3", at=NOW + 3 * DAY)
    yield from unusable(agency, "FUTURE", "schedules_2.csv", ahead, "21 Nov 2026")


@story
def feed_quarantined(agency: Agency) -> Iterator[Trouble]:
    text = schedules("S3", at=NOW)
    manifest = {"sha256": "0" * 64}
    agency.comes("schedules_2.csv.manifest.json", json.dumps(manifest))
    yield from unusable(agency, "CHECKSUM-DISAGREES", "schedules_2.csv", text, "CHECKSUM-DISAGREES")


@story
def schema_drift(agency: Agency) -> Iterator[Trouble]:
    other = schedules("S3", at=NOW).replace("caregiver_id", "worker_id")
    yield from unusable(agency, "COLUMNS-DIFFER", "schedules_2.csv", other, "COLUMNS-DIFFER")


# what falls due


@story
def acknowledgement_due(agency: Agency) -> Iterator[Trouble]:
    records = agency.records
    good_plan.lay_rights(records)
    agency.at(NOW - DAY)
    records.put("schedule", good_plan.ahead("P1", NOW + HOUR))
    records.put("care_plan", good_plan.plan("P1", entered=NOW - DAY))
    agency.passes(H2)
    agency.at(NOW)
    agency.passes(H2)
    yield Trouble(H2, "routine", fill={"PLAN": "P1"}, shows=("CP-", "P1/v1/G1"))
    read = {"delivered_at": NOW, "acknowledged_at": NOW, "confirmed_at": NOW}
    records.put("plan_ack", good_plan.answer("P1", **read))


@story
def contract_review_due(agency: Agency) -> Iterator[Trouble]:
    name = "payers/buckeye-fictive.toml"
    agency.changes(name, "review_on = 2027-04-30", "review_on = 2026-11-01")
    agency.reads_own_files()
    named = {"PAYER": "BUCKEYE-FICTIVE", "NUMBER": "4", "WHO": "contracts02"}
    yield Trouble(
        "BUCKEYE-FICTIVE", shows=("buckeye-fictive.toml:", "due on 2026-11-01"), then=named
    )
    agency.changes(name, "review_on = 2026-11-01", "review_on = 2027-11-01")
    agency.changes(name, "number = 2\n", "number = 4\n")


@story
def rights_review_due(agency: Agency) -> Iterator[Trouble]:
    def right(ends: str, version: int) -> str:
        head = "role,right_code,valid_from,valid_to,record_version,granted_by,source_updated_at"
        return f"{head}\nRN,plan_edit,2026-01-01,{ends},{version},M1,{NOW.isoformat()}\n"

    agency.lands("role_rights_1.csv", right("2026-11-21", 1))
    yield Trouble(
        *("RN", "ends"),
        shows=("rights_review_due at RN (ends)",),
        then={"FILE": "role_rights_2.csv"},
    )
    agency.comes("role_rights_2.csv", right("2027-06-01", 2))


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


@story
def filing_limit_near(agency: Agency) -> Iterator[Trouble]:
    day = date(2026, 8, 18)  # 95 days end on Saturday
    lay_claim_ground(agency.records)
    agency.records.put("payer_contract", contract(contract_version=2, needs_signed_note=True))
    bill(agency.records, visit("V1", at_noon(day)))
    yield Trouble("P1", shows=(f"1 record at {H3} not through", "DOC-NOTE-UNSIGNED"))
    note = {"document_id": "D1", "document_kind": "note", "client_id": "C1", "visit_id": "V1"}
    note |= {"visit_source": "hhax"}
    agency.records.put("document", {**note, "status": "signed", "signed_at": at_noon(day)})


@story
def lock_window_near(agency: Agency) -> Iterator[Trouble]:
    lay_claim_ground(agency.records)
    start = NOW - 90 * DAY
    terms = {"payer_id": "BUCKEYE-FICTIVE", "schedule_id": "S1"}
    agency.records.put("payer_contract", contract(payer_id="BUCKEYE-FICTIVE"))
    agency.records.put("evv_visit", visit("V1", start, call_out_at=None, **terms))
    agency.passes(H1)
    yield Trouble("buckeye_medicaid", fill={"ID": "V1"}, shows=("EVV-NO-OUT",))
    corrected(agency, visit("V1", start, **terms))


@story
def reply_overdue(agency: Agency) -> Iterator[Trouble]:
    agency.at(NOW - 3 * DAY)
    lay_claim_ground(agency.records)
    bill(agency.records, visit("V1", at_noon(date(2026, 11, 10))))
    agency.passes(H4)
    agency.at(NOW)
    for hop in (H1, H3, H4):
        agency.passes(hop)
    (batch,) = (agency.home / "outbox").iterdir()
    yield Trouble(
        *("any_payer", "999"),
        fill={"BATCH": batch.stem},
        shows=(
            "Every claim file is with its",
            "any_payer is stale: 1 record is sent without a 999",
            "rung sent",
        ),
        then={"FILE": "answer.x12"},
    )
    group = batch.read_text().split("GS*")[1].split("*")[5]
    agency.comes("answer.x12", ACCEPTED.replace("*HC*101*", f"*HC*{group}*"))


@story
def remittance_unbalanced(agency: Agency) -> Iterator[Trouble]:
    path = agency.comes("paid.x12", REMITTANCE.replace("BPR*I*51", "BPR*I*50"))
    agency.carehops("land", path)
    agency.passes(H4)
    yield Trouble(
        *("clearinghouse_replies", "payment"),
        fill={"FILE": str(path)},
        shows=("EFT0001", "held: the payment does not add up", "its posting waits"),
        then={"FILE": "again.x12"},
    )
    agency.comes("again.x12", REMITTANCE)


# what is to be read in the morning


@story
def report_missing(agency: Agency) -> Iterator[Trouble]:
    agency.at(NOW - DAY)
    agency.reads_own_files()
    agency.at(NOW)
    yield Trouble("reports", shows=("No such day was kept",))


@story
def report_alarm(agency: Agency) -> Iterator[Trouble]:
    agency.at(NOW - DAY)
    agency.reads_own_files()
    agency.records.put(
        "evv_visit", *(good_visit.visit(f"A{one}", NOW - 20 * DAY) for one in range(50))
    )
    newest = [good_visit.visit(f"B{one}", NOW - 2 * DAY) for one in range(50)]
    agency.records.put("evv_visit", *({**each, "call_in_type": "Manual"} for each in newest))
    agency.at(NOW - 3 * HOUR)
    assert agency.carehops("report", "--keep").exit_code == 0
    agency.at(NOW)
    yield Trouble(
        "producer_drift",
        fill={"NAME": "producer_drift", "DAY": f"{NOW.date()}"},
        shows=("1 alarm", "Manual"),
        then={**COORDINATOR, "INSTANT": (NOW + DAY).isoformat()},
        shows_after=DAY,
    )
    agency.records.put("evv_visit", *({**each, "sequence_id": 2} for each in newest))
    yield DONE
    assert agency.carehops("report", "--keep").exit_code == 0


# the agency's own people, files and channels


SOME_PLAN = """payers = ["P1"]
owner = "EDI analyst"
meaning = "A plan with a server of its own."
time_zone = "America/New_York"
replies = {}
[sending]
receiver_id = "PLAN"
name = "SOME PLAN"
transport = "sftp"
[sending.agreement]
signed_on = 2026-01-02
[sending.sftp]
host = "127.0.0.1"
port = PORT
user = "willow"
password = "CAREHOPS_SOME_PLAN"
host_keys = ["KEY"]
out = "in"
"""


def owes(agency: Agency, partner: str) -> None:
    """A file is published."""
    agency.execute(
        "insert into core.claim_batch (batch_no, payer_id, partner, receiver_id"
        ", interchange_control, group_control, file_name, sha256, claim_count, total_cents, usage"
        ", content, batch_id, published_at) values ('B000000001', 'P1', :partner, 'PLAN'"
        ", '000000001', '1', 'B000000001.837', encode(sha256('ISA'), 'hex'), 1, 100, 'T', 'ISA', 1"
        ", :now)",
        partner=partner,
        now=NOW,
    )


def knows(agency: Agency, partner: SftpPartner) -> None:
    """The agency has a partner's key and password, and a file to send."""
    text = SOME_PLAN.replace("PORT", str(partner.port)).replace("KEY", partner.host_key)
    (agency.files / "partners" / "some_plan.toml").write_text(text)
    agency.environ["CAREHOPS_SOME_PLAN"] = partner.password
    owes(agency, "some_plan")


@story
def credential_failing(agency: Agency) -> Iterator[Trouble]:
    with sftp_partner(agency.home.parent / "partner") as server:
        knows(agency, server.partner)
        ours, server.partner.password = server.partner.password, "locked"
        assert agency.carehops("exchange").exit_code == 1
        tries = server.partner.logins
        yield Trouble(
            *("some_plan", "refused"),
            fill={"PARTNER": "some_plan"},
            shows=("credential some_plan is refused since", "B000000001, 1 claim, waits"),
            then={"WHO": "edi01"},
        )
        server.partner.password = ours
        assert agency.carehops("exchange").exit_code == 1
        assert server.partner.logins == tries  # nobody has said yet that it may be tried
        yield DONE
        assert server.partner.arrived == ["B000000001.837"]


@story
def line_failing(agency: Agency) -> Iterator[Trouble]:
    with sftp_partner(agency.home.parent / "partner") as server:
        knows(agency, server.partner)
        key = server.partner.host_key
        server.change_key()
        assert agency.carehops("exchange").exit_code == 1
        yield Trouble(
            *("some_plan", "host_key_changed"),
            shows=("some_plan", "host key changed", "B000000001, 1 claim, waits"),
        )
        agency.changes("partners/some_plan.toml", key, server.partner.host_key)
        yield DONE
        assert server.partner.arrived == ["B000000001.837"]


@story
def delivery_stuck(agency: Agency) -> Iterator[Trouble]:
    agency.changes("agency.toml", "signed_on = 2026-01-02", "signed_on = 2027-01-02")
    owes(agency, "clearinghouse")
    assert agency.carehops("exchange").exit_code == 0
    yield Trouble(
        *("clearinghouse", "agreement_not_begun"),
        shows=("B000000001, 1 claim, may not leave for clearinghouse (agreement not begun)",),
    )
    agency.changes("agency.toml", "signed_on = 2027-01-02", "signed_on = 2026-01-02")


@story
def agency_file_refused(agency: Agency) -> Iterator[Trouble]:
    agency.look()
    agency.changes("roster.toml", "14:00-22:00 evv02", "15:00-22:00 evv02")
    yield Trouble("roster", shows=("roster.toml:", "nobody on Mon 14:00-15:00"))
    agency.changes("roster.toml", "15:00-22:00 evv02", "14:00-22:00 evv02")


@story
def nobody_on_duty(agency: Agency) -> Iterator[Trouble]:
    path, away = agency.files / "roster.toml", ""
    for nurse in ("nurse01", "nurse02"):
        away += f'[[leave]]\nperson = "{nurse}"\nfirst = 2020-01-01\nlast = 2099-12-31\n'
    path.write_text(path.read_text() + away)
    yield Trouble(
        "Clinical supervisor", shows=("nobody is on duty as Clinical supervisor", "no deputy")
    )
    named = 'last = 2099-12-31\ndeputy = "coordinator01"'
    agency.changes("roster.toml", "last = 2099-12-31", named)


@story
def notifier_failing(agency: Agency) -> Iterator[Trouble]:
    channel = '[channels.chat]\nkind = "slack"\nsecret = "CAREHOPS_CHAT"\n\n[[routes]]\n'
    agency.changes(
        "pager.toml",
        '[[routes]]\nchannels = ["pages"]',
        channel + 'channels = ["chat"]\notherwise = ["pages"]',
    )
    agency.environ["CAREHOPS_CHAT"] = nobody_listens()
    agency.at(NOW - 3 * HOUR)
    agency.passes(H1)
    for ago in (6, 5):
        agency.at(NOW - ago * MINUTE)
        agency.look()
    agency.at(NOW)
    yield Trouble("chat", shows=("channel chat cannot be reached: unreachable",))
    with web_receiver() as receiver:
        agency.environ["CAREHOPS_CHAT"] = receiver.url
        yield DONE


@story
def watch_blind(agency: Agency) -> Iterator[Trouble]:
    agency.at(NOW - 61 * MINUTE)
    agency.look(unwatched=True)
    agency.at(NOW)
    yield Trouble("watchdog", shows=("Unwatched: the watchdog has never looked",))


@story
def drill(agency: Agency) -> Iterator[Trouble]:
    assert agency.carehops("drill").exit_code == 0
    yield Trouble("pager", shows=("drill at pager",))
