"""Nine payers, any number of claims, a clearinghouse that answers, and what must be late and when.

A *scene* has one client a payer or more; each week of service is one claim a client. Weeks are sent
one a business day. Our side works in a process of its own, which may be killed; the clearinghouse
takes what it finds in its folders and answers when a step of simulated time has come.
"""

import os
import random
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration import assembly
from orchestration.ground.agency import read_agency
from orchestration.ground.business_time import WorkingTime, parse_clock, parse_limit
from orchestration.ground.clock import FixedClock
from orchestration.ground.partner_profiles import Partner
from orchestration.ground.sql import SQL_FOLDER
from orchestration.partners.simulator.behaviour import (
    LEVELS,
    POSTED,
    Behaviour,
    Faults,
    Level,
    Payment,
    Style,
)
from orchestration.partners.simulator.clearinghouse import Clearinghouse
from orchestration.partners.simulator.course import Course
from orchestration.partners.simulator.truth import paid_cents, rung_of, standing_of
from orchestration.watch.looking.standing import look
from orchestration.watch.looking.timing import read_watched
from tests.bench_of_records import ZONE, Records
from tests.sql.delivery_to_billing.good_delivery import caregiver, contract, enrolment

COORDINATION, BILLING, CLAIMS = (
    *("evv_to_coordination", "delivery_to_billing"),
    "billing_to_clearinghouse",
)
#: A Monday; ten in the morning where the agency is.
FIRST_DAY = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OUT = "taken"  # where a partner puts what it took out of its inbox


@dataclass(frozen=True)
class Plan:
    """What a partner's file in the agency's folder says of one level, and what it really does.

    Args:
        expected: Whether we expect it.
        warn: After how long people look.
        fail: After how long it is overdue.
        first: It comes after this at the earliest.
        last: And after this at the latest; shorter than ``fail``, always.
        paid_on: Weekdays it comes on.
    """

    expected: str
    warn: str = ""
    fail: str = ""
    first: str = ""
    last: str = ""
    paid_on: tuple[str, ...] = ()

    def toml(self, level: str) -> str:
        """A line of ``[replies]``."""
        if self.expected != "always":
            return f'"{level}" = {{ expected = "{self.expected}" }}'
        days = f", paid_on = {list(self.paid_on)}".replace("'", '"') if self.paid_on else ""
        limits = f'warn = "{self.warn}", fail = "{self.fail}"'
        return f'"{level}" = {{ expected = "always", {limits}{days} }}'


PLAIN, ODD = Style(), Style("|", ">", "~", new_line=False)
NEVER, SOMETIMES = Plan("never"), Plan("sometimes", first="5 minutes", last="3 hours")
TA1 = Plan("always", "2 hours", "4 hours", "1 minute", "40 minutes")
A999 = Plan("always", "4 hours", "next business day 12:00", "5 minutes", "3 hours")
CLEARING = Plan("always", "6 hours", "1 business day", "40 minutes", "5 hours")
AT_PAYER = Plan("always", "2 business days", "3 business days", "6 hours", "2 business days")
MONTHLY = Plan("always", "30 days", "45 days", "15 days", "24 days")
WEEKLY = Plan("always", "14 days", "23 days", "12 days", "14 days", ("thursday",))


@dataclass(frozen=True)
class Payer:
    """One payer: how it is expected to answer, where its clock stands, and how it spells."""

    name: str
    plans: tuple[Plan, Plan, Plan, Plan, Plan]
    zone: str = "America/New_York"
    cut_off: str = "16:00"
    holidays: tuple[str, ...] = ()
    style: Style = PLAIN

    @property
    def payer_id(self) -> str:
        """Its id in our own words; in upper case also on the claim."""
        return self.name.upper()

    @property
    def receiver(self) -> str:
        """Its id on envelopes."""
        return f"GATE{self.name.upper():.2}{len(self.name):02d}"


PAYERS = (
    Payer("p1", (TA1, A999, CLEARING, AT_PAYER, MONTHLY)),
    Payer("p2", (SOMETIMES, A999, CLEARING, AT_PAYER, WEEKLY)),
    Payer("p3", (SOMETIMES, A999, CLEARING, AT_PAYER, MONTHLY), "America/Chicago", "17:00"),
    Payer("p4", (TA1, A999, CLEARING, AT_PAYER, WEEKLY), holidays=("2026-12-17", "2026-12-03")),
    Payer("p5", (NEVER, A999, NEVER, AT_PAYER, MONTHLY), style=ODD),
    Payer("p6", (NEVER, A999, CLEARING, NEVER, WEEKLY), cut_off="09:00"),
    Payer("p7", (SOMETIMES, A999, SOMETIMES, SOMETIMES, MONTHLY), "America/Denver"),
    Payer("silent_till_paid", (NEVER, NEVER, NEVER, NEVER, MONTHLY)),
    Payer("silent", (NEVER, NEVER, NEVER, NEVER, NEVER)),
)
SILENT = ("silent_till_paid", "silent")
FAULTS = Faults(lost=0.01, swallowed=0.01, duplicates=0.01, out_of_order=0.01)
REJECTS = {"999": 0.03, "clearinghouse 277CA": 0.04, "payer 277CA": 0.03}
PAYMENT = Payment(denied=0.06, part=0.08, forwarded=0.01, reversed=0.02, recouped=0.01)


def behaviour(payer: Payer) -> Behaviour:
    """What it does."""
    levels = {
        level: Level(
            "always" if plan.expected == "always" else "sometimes",
            (parse_limit(plan.first), parse_limit(plan.last)),
            REJECTS.get(level, 0),
            (3,) if plan.paid_on else (),
        )
        for level, plan in zip(LEVELS, payer.plans, strict=True)
        if plan.expected != "never"
    }
    closed = tuple(datetime.fromisoformat(day).date() for day in payer.holidays)
    return Behaviour(
        name=payer.name,
        payers=(payer.payer_id,),
        calendar=WorkingTime(ZoneInfo(payer.zone), closed),
        cut_off=parse_clock(payer.cut_off),
        levels=levels,
        payment=PAYMENT,
        faults=Faults() if payer.name in SILENT else FAULTS,
        style=payer.style,
    )


def profile(payer: Payer) -> str:
    """Its file in the agency's folder."""
    replies = "\n".join(plan.toml(level) for level, plan in zip(LEVELS, payer.plans, strict=True))
    return f"""
meaning = "One of nine."
payers = ["{payer.payer_id}"]
owner = "EDI analyst"
time_zone = "{payer.zone}"
cut_off = "{payer.cut_off}"
holidays = [{", ".join(payer.holidays)}]

[sending]
receiver_id = "{payer.receiver}"
name = "Fictive {payer.receiver}"
transport = "folder"

[sending.agreement]
signed_on = 2026-01-01

[sending.folder]
out = "{payer.name}/inbox"
processed = ["{payer.name}/{OUT}"]

[replies]
{replies}
"""


@dataclass(frozen=True)
class Size:
    """How large a scene is.

    Args:
        clients: Each has one claim a week.
        weeks: How many weeks are sent, one a day.
        kills: How often our side is killed.
        orphans: How many answers to nothing come.
        steps: Days at which answers are taken in, counted from the last week sent.
    """

    clients: int
    weeks: int
    kills: int
    orphans: int
    steps: tuple[float, ...] = (0.2, 0.8, 1.1, 2, 4, 8, 15, 18, 22, 26, 30, 40, 50)

    @property
    def claims(self) -> int:
        """How many claims there are."""
        return self.clients * self.weeks


@dataclass(frozen=True, order=True)
class Late:
    """Claims of a partner that wait for one answer too long: ``stale`` when it is overdue."""

    partner: str
    rung: str
    state: str
    claims: int


@dataclass(repr=False)
class Scene:
    """Everything together.

    Args:
        records: Our side.
        size: How large.
        seed: Of everything left to chance.
        clearinghouse: The other side.
        killed: How often our side died.
        tried: How often it was to.
        looks: How often it was looked for what is late.
        raised: Partners anything was ever said of.
        overdue: What was overdue at some deadline, and had to be.
        misjudged: When something else was found late than had to be: what was, what had to be.
        taken: How often each of our files reached its partner.
    """

    records: Records
    size: Size
    seed: int
    clearinghouse: Clearinghouse = field(init=False)
    killed: int = 0
    tried: int = 0
    looks: int = 0
    raised: set[str] = field(default_factory=set)
    overdue: list[Late] = field(default_factory=list)
    misjudged: list[tuple[datetime, list[Late], list[Late]]] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        anyone = Behaviour("anyone", (), WorkingTime(ZoneInfo(ZONE)))
        self.clearinghouse = Clearinghouse(
            [*map(behaviour, PAYERS), anyone], self.seed, self.size.orphans, wrong_numbers=1
        )
        self._chance = random.Random(self.seed)
        self._lasts = 1.0
        folder = self.records.settings.home / "agency"
        shutil.copytree(SQL_FOLDER / "agency", folder)
        for path in (folder / "partners").glob("*.toml"):
            if path.stem != "any_payer":
                path.unlink()
        for payer in PAYERS:
            (folder / "partners" / f"{payer.name}.toml").write_text(profile(payer))
        self.records.settings = replace(self.records.settings, agency_folder=folder)
        agency = read_agency(folder)
        self.watched = read_watched(folder, agency, assembly.feeds(), assembly.hops())
        self.home = self.records.settings.home
        for payer in PAYERS:
            for name in ("inbox", OUT):
                (self.home / payer.name / name).mkdir(parents=True)
        self.home.joinpath("drop").mkdir(exist_ok=True)

    @property
    def partners(self) -> dict[str, Partner]:
        """Their profiles."""
        return {partner.name: partner for partner in self.watched.partners}

    # what there is to claim

    def lay_ground(self) -> None:
        """Payers' terms, enrolments, clients and caregivers."""
        records = self.records
        for payer in PAYERS:
            own = {"payer_id": payer.payer_id, "payer_program": "ALL"}
            named = {"payer_name": f"FICTIVE {payer.payer_id}", "payer_edi_id": payer.payer_id}
            records.put("payer_contract", **contract(**own, **named, claim_filing_code="MC"))
            records.put("provider_enrolment", **enrolment(**own))
        records.put("caregiver", caregiver("G0"))
        with records.database.transaction() as connection:
            connection.execute(_CLIENTS, self._binds("clients", self.size.clients))
            connection.execute(_CAREGIVERS, self._binds("caregivers", self.size.clients))

    def serve(self, week: int) -> None:
        """One week of care is planned, given, and billed."""
        records = self.records
        binds = self._binds(f"week_{week}", self.size.clients) | {"week": week}
        with records.database.transaction() as connection:
            connection.execute(_VISITS, binds)
            connection.execute(_SCHEDULES, binds)
            records.intake.hand_on(connection, "landing.evv_visit", binds["file"], records.now)
        for hop in (COORDINATION, BILLING):
            assert records.run(hop).outcome == "published"

    def _binds(self, name: str, rows: int) -> dict[str, object]:
        feed = "evv_visits_hhax" if name.startswith("week") else name
        with self.records.database.transaction() as connection:
            file_id = connection.execute(
                _FILE, {"name": name, "feed": feed, "now": self.records.now, "rows": rows}
            ).scalar_one()
        payers = [payer.payer_id for payer in PAYERS]
        return {
            "file": file_id, "now": self.records.now, "clients": self.size.clients,
            "payers": payers, "payer_count": len(payers),
        }  # fmt: skip

    # time

    def moments(self) -> Iterator[tuple[datetime, int | None]]:
        """When something is done, and the week that is sent then, if one is."""
        day, last = FIRST_DAY, FIRST_DAY
        calendar = self.watched.calendar
        for week in range(self.size.weeks):
            yield day, week
            yield day + timedelta(hours=3), None
            last = day
            day = calendar.earliest(
                calendar.next_business_day(calendar.local_day(day)), parse_clock("10:00")
            )
        for days in self.size.steps:
            yield last + days * DAY, None

    def work(self) -> None:
        """What our side does at a moment: claims go out, answers come in, claims climb."""
        records = self.records
        assert records.run(CLAIMS).outcome == "published"
        house = assembly.assemble(
            records.settings, FixedClock(records.now), database=records.database
        )
        replies = sorted((self.home / "drop").glob("*.x12"))
        for path in replies:
            verdict = house.landing.land(path)
            assert verdict.verdict in ("landed", "already_seen"), verdict
            path.unlink()
        if replies:
            assert records.run(CLAIMS).outcome == "published"

    def work_and_be_killed(self, kills: int, *, is_sending: bool) -> None:
        """The same in a process of its own, killed so many times before it may end.

        It dies at random moments; where claims go out, every other time when the first bytes of a
        file have reached a partner, or shortly after.
        """
        enough = self.killed + kills
        for number in range(10 * kills):
            if self.killed == enough:
                break
            if is_sending and number % 2:
                self._run(self._until_something_leaves)
            else:
                lived = self._chance.uniform(0.01, self._lasts)
                self._run(partial(_for_so_long, lived))
            self.take_in()
        assert self._run(None) == 0
        self.take_in()

    def _until_something_leaves(self, child: int) -> None:
        inboxes = [self.home / payer.name / "inbox" for payer in PAYERS]
        while _lives(child):
            if any(list(inbox.iterdir()) for inbox in inboxes):
                time.sleep(self._chance.uniform(0, 0.1))
                return
            time.sleep(0.002)

    def _run(self, until: Callable[[int], None] | None) -> int:
        """Work in a child; kill it when ``until`` comes back."""
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                # the parent's connections are not ours to close
                self.records.database.engine.dispose(close=False)
                self.work()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        if until is not None:
            until(child)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        assert ended in (0, -signal.SIGKILL)
        self.killed += ended == -signal.SIGKILL
        if ended == 0:
            self._lasts = time.monotonic() - started
        return ended

    # the other side

    def take_in(self) -> None:
        """Partners take what lies whole in their inboxes."""
        for payer in PAYERS:
            inbox = self.home / payer.name / "inbox"
            for path in sorted(inbox.glob("[!.]*")):
                self.taken[path.name] += 1
                self.clearinghouse.receive(path.read_bytes(), self.records.now)
                path.replace(inbox.parent / OUT / path.name)

    def answer(self) -> int:
        """Partners leave what they answer by now; says how many files."""
        left = 0
        for one in self.clearinghouse.answers(self.records.now):
            (self.home / "drop" / one.name).write_bytes(one.content)
            left += 1
        return left

    def go_through(self) -> None:
        """The whole season, and at every deadline a look just before and at it."""
        moments = list(self.moments())
        self.records.now = before = moments[0][0]
        self.lay_ground()
        for number, (now, week) in enumerate(moments):
            self._look_at_deadlines(before, now)
            self.records.now = now
            if week is not None:
                self.serve(week)
            self.answer()
            share = self.size.kills * (number + 1) // len(moments)
            self.work_and_be_killed(share - self.tried, is_sending=week is not None)
            self.tried = share
            before = now

    def _look_at_deadlines(self, since: datetime, until: datetime) -> None:
        waiting = self.waiting(since, self.sent_at())
        for due in sorted({due for _, _, due in waiting if since < due < until}):
            for at in (due - SECOND, due):
                must = must_be_late(waiting, at)
                found = self.found(at)
                self.looks += 1
                self.raised |= {one.partner for one in found}
                self.overdue += [one for one in must if at == due]
                is_late = [one for one in found if one.state == "stale"]
                if is_late != must:
                    self.misjudged.append((at, is_late, must))

    # what must be so

    def courses(self) -> dict[str, Course]:
        """Every claim's way through its partner."""
        return {course.claim.claim_id: course for course in self.clearinghouse.courses}

    def standings(self) -> dict[str, tuple[str, str]]:
        """Rung and standing of every claim, as we have it."""
        rows = self.records.all("select claim_id, rung, reply_standing from core.claim")
        return {row.claim_id: (row.rung, row.reply_standing) for row in rows}

    def true_standings(self) -> dict[str, tuple[str, str]]:
        """The same, as the clearinghouse knows it must be."""
        now = self.records.now
        return {
            claim_id: (rung_of(course, now), standing_of(course, now))
            for claim_id, course in self.courses().items()
        }

    def true_payments(self) -> dict[str, int]:
        """Cents paid for each claim and not taken back, as the payers know it."""
        now = self.records.now
        return {claim_id: paid_cents(course, now) for claim_id, course in self.courses().items()}

    def found(self, at: datetime) -> list[Late]:
        """What the watch finds of partners at an instant: overdue, or to be looked at."""
        with self.records.database.engine.connect() as connection:
            standings = look(connection, self.watched, at)
        return sorted(
            Late(one.name, found.cause, found.state, found.records)
            for one in standings
            if one.what == "partner"
            for found in one.freshness.findings
        )

    def waiting(
        self, heard_until: datetime, sent: dict[str, datetime]
    ) -> list[tuple[str, str, datetime]]:
        """Of each claim that waits: for whom, for which answer, and when that is overdue."""
        rungs = ("sent", *LEVELS, POSTED)
        found = []
        for course in self.clearinghouse.courses:
            rung = rung_of(course, heard_until)
            if rung in ("835", POSTED) or standing_of(course, heard_until) == "rejected":
                continue
            partner = self.partners[course.behaviour.name]
            awaited = [
                reply
                for reply in partner.replies
                if reply.expected == "always" and rungs.index(reply.rung) > rungs.index(rung)
            ]
            if awaited:
                due = partner.overdue_at(awaited[0], sent[course.claim.claim_id])
                found.append((partner.name, awaited[0].rung, due))
        return found

    def sent_at(self) -> dict[str, datetime]:
        """When each claim left, or may have left when we were killed, as we have it."""
        rows = self.records.all(
            "select claim.claim_id, coalesce(delivery.sent_at, delivery.offered_at) as at "
            "from core.claim as claim "
            "inner join core.delivery as delivery on claim.batch_no = delivery.batch_no"
        )
        return {row.claim_id: row.at for row in rows}


def _lives(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _for_so_long(seconds: float, child: int) -> None:
    until = time.monotonic() + seconds
    while _lives(child) and time.monotonic() < until:
        time.sleep(0.002)


def must_be_late(waiting: list[tuple[str, str, datetime]], at: datetime) -> list[Late]:
    """What is overdue at an instant, counted as the watch counts."""
    late = Counter((partner, rung) for partner, rung, due in waiting if due <= at)
    return sorted(Late(*about, "stale", claims) for about, claims in late.items())


_FILE = sa.text("""
insert into landing.file (sha256, feed, name, byte_count, verdict, arrived_at, landed_at
    , line_count, row_count)
select repeat('0', 64 - length(h)) || h, :feed, :name, 1, 'landed', :now, :now, :rows, :rows
from (select to_hex(nextval('ledger.batch_id_seq') + 1000000)) as numbered(h)
returning file_id
""")
_CLIENTS = sa.text("""
insert into landing.client (client_id, record_version, medicaid_id, last_name, first_name
    , birth_date, sex, address_line, city, state_code, zip_code, diagnosis_code, payer_id
    , payer_program, eligible_from, source_updated_at, feed, file_id, line_no, is_current
    , landed_at)
select 'C' || n, 1, lpad(cast(n as text), 12, '0'), 'Fictional', 'Test', '1950-01-01', 'F'
    , '1 Nowhere', 'Columbus', 'OH', '432150000', 'R69'
    , (cast(:payers as text []))[1 + n % :payer_count], 'ALL', '2020-01-01', :now
    , 'clients', :file, n, true, :now
from generate_series(0, :clients - 1) as n
""")
_CAREGIVERS = sa.text("""
insert into landing.caregiver (caregiver_id, record_version, last_name, first_name, discipline
    , hired_on, is_excluded, has_app, source_updated_at, feed, file_id, line_no, is_current
    , landed_at)
select 'G' || n, 1, 'Fictional', 'Test', 'aide', '2020-01-01', false, true, :now
    , 'caregivers', :file, n, true, :now
from generate_series(1, :clients - 1) as n
""")
_VISITS = sa.text("""
insert into landing.evv_visit (source_system, visit_id, sequence_id, action, client_id
    , client_medicaid_id, caregiver_id, payer_id, payer_program, service_code, schedule_id
    , call_in_at, call_out_at, call_in_type, call_out_type, location_type, time_zone, tasks
    , aggregator_status, source_updated_at, updated_by, updated_by_role, feed, file_id, line_no
    , is_current, landed_at)
select 'hhax', 'V' || :week || '-' || n, 1, 'upsert', 'C' || n, lpad(cast(n as text), 12, '0')
    , 'G' || n, (cast(:payers as text []))[1 + n % :payer_count], 'ALL', 'T1019'
    , 'S' || :week || '-' || n, start_at, start_at + interval '2 hours', 'FVV', 'FVV', 'home'
    , 'America/New_York', 'BATH:done', 'Verified', start_at + interval '3 hours', 'clock'
    , 'Caregiver', 'evv_visits_hhax', :file, n, true, :now
from generate_series(0, :clients - 1) as n
cross join lateral (
    select timestamptz '2026-09-09 14:00+00' + make_interval(weeks => cast(:week as integer))
        as start_at
) as timed
""")
_SCHEDULES = sa.text("""
insert into landing.schedule (schedule_id, schedule_version, client_id, caregiver_id, payer_id
    , payer_program, service_code, start_at, end_at, status, is_critical, source_updated_at
    , updated_by, updated_by_role, feed, file_id, line_no, is_current, landed_at)
select schedule_id, 1, client_id, caregiver_id, payer_id, payer_program, service_code, call_in_at
    , call_out_at, 'planned', false, :now, 'x', 'scheduler', 'schedules', :file, line_no, true, :now
from landing.evv_visit where file_id = :file
""")
