"""What arrives a quarter of an hour after everything was judged: mending, and changes too late.

Some of what stood still is mended at its source and must go on by itself; some of what was
claimed already changes and must be stopped. Land these files after a first run of all hops, run
the hops again, and the second truth holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from assets.sample.agency import hire, is_nursed
from assets.sample.arrivals import Load
from assets.sample.dialects import VISIT_FEEDS
from assets.sample.files import OutFile, good_file
from assets.sample.kinds import HOP_1, HOP_3, HOP_4, is_day
from assets.sample.times import Row, local_date
from assets.sample.world import Fate, Pair, Sent, Visit, World

#: After the first judging: what is mended, when it arrives, when all is judged again.
MENDED = timedelta(minutes=3)
ARRIVES = timedelta(minutes=10)
JUDGED = timedelta(minutes=15)

#: What was planted in a plan: what happens now, what is reached by it, what remains.
OUTSTANDING: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "CP-NOT-CONFIRMED": ("later: confirmed", ("confirmed_at",), ()),
    "CP-NOT-ACKED": ("later: read and confirmed", ("acknowledged_at", "confirmed_at"), ()),
    "CP-UNREACHABLE": ("later: delivered", ("delivered_at",), ("CP-NOT-ACKED",)),
}

#: Codes that only something too late can bring about.
CODES = ("CLM-LOCKED-CHANGED", "VISIT-CANCELLED", "EVV-CORRECTION-OPEN", "AUTH-RETRO-BILLED")


@dataclass
class Later:
    """The second act of a world.

    Args:
        world: The world, whose visits and pairs are brought to where they end.
        sent: What is sent, by feed.
        planted: How often each thing happened.
        stays: Hops and records that are there although the record stands still upstream now.
    """

    world: World
    sent: dict[str, list[Sent]] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)
    stays: set[tuple[str, str]] = field(default_factory=set)

    @property
    def at(self) -> datetime:
        """When things are mended."""
        return self.world.period.as_of + MENDED

    def send(self, feed: str, row: Row) -> None:
        """One more row."""
        self.sent.setdefault(feed, []).append(Sent(row, self.at))

    def count(self, name: str) -> None:
        """It happened once more."""
        self.planted[name] = self.planted.get(name, 0) + 1

    def release(self, visit: Visit, hop: str, name: str) -> None:
        """The visit goes on by itself."""
        visit.codes[hop], visit.fault = (), name
        self.count(name)

    def correct(self, visit: Visit, **changes: object) -> None:
        """The coordinator sends the visit again."""
        visit.row = {
            **visit.row,
            "sequence_id": int(str(visit.row["sequence_id"])) + 1,
            "source_updated_at": self.at,
            "updated_by": "coordinator01",
            "updated_by_role": "coordinator",
            **changes,
        }
        self.send(VISIT_FEEDS[str(visit.row["source_system"])].name, visit.row)


def play(world: World, pairs: list[Pair]) -> Later:
    """Let the second act happen."""
    later = Later(world)
    for visit in _half(world, "DOC-NOTE-UNSIGNED"):
        _sign(later, visit)
    for visit in _half(world, "EVV-NOT-VERIFIED"):
        later.correct(visit, aggregator_status="Verified")
        later.release(visit, HOP_1, "later: verified")
    for visit in _half(world, "AUTH-NONE while pending"):
        auth = next(auth for auth in visit.client.auths if auth["status"] == "pending")
        _send_version(later, "service_auths", auth, status="approved", decided_at=later.at)
        later.release(visit, HOP_3, "later: authorization approved")
    _introduce(later)
    for visit in islice(_claimed(world), 3):
        _change_too_late(later, visit)
    for visit in islice(_claimed_last(world), 1):
        _cut_authorization(later, visit)
    for visit in _half(world, "AUTH-NONE"):
        _withdraw(later, visit)
    for visit in _half(world, "AUTH-PERIOD"):
        _get_stuck(later, visit)
    for pair in pairs:
        _read_at_last(later, pair)
    return later


def later_files(later: Later) -> list[OutFile]:
    """The second act's files, one a feed."""
    at = later.world.period.as_of + ARRIVES
    seconds = {feed: timedelta(seconds=10 * place) for place, feed in enumerate(later.sent)}
    files = [
        good_file(Load(feed, at + seconds[feed], tuple(rows))) for feed, rows in later.sent.items()
    ]
    return sorted(files, key=lambda file: (file.at, file.name))


def _half(world: World, fault: str) -> list[Visit]:
    found = [visit for visit in world.visits if visit.fault == fault]
    return found[: (len(found) + 1) // 2]


def _claimed(world: World) -> Iterator[Visit]:
    """Ordinary visits that are on a claim by now."""
    for visit in world.visits:
        ordinary = visit.is_plain and visit.fault is None and not visit.client.is_special
        if ordinary and is_day(visit):
            yield visit


def _change_too_late(later: Later, visit: Visit) -> None:
    """The claim stays what it was; the visit stands still until somebody decides."""
    end = visit.ended - timedelta(minutes=2)
    later.correct(visit, adjusted_out_at=end, change_reason_code="99", change_attested=True)
    visit.codes[HOP_3], visit.fault = CODES[:1], "later: changed after its claim"
    later.stays.add((HOP_4, visit.record_id))
    later.count(visit.fault)


def _claimed_last(world: World) -> Iterator[Visit]:
    """Claimed visits that are their client's last, alone on their day."""
    for visit in _claimed(world):
        mine = [other for other in world.visits if other.client is visit.client]
        days = [local_date(other.began) for other in mine if other.start]
        last = local_date(visit.began)
        alone = days.count(last) == 1 and last == max(days)
        if alone and all(other.start for other in mine):
            yield visit


def _cut_authorization(later: Later, visit: Visit) -> None:
    """The payer ends the authorization the day before; the visit is on its claim by now."""
    ends = local_date(visit.began) - timedelta(days=1)
    _send_version(later, "service_auths", visit.client.auths[0], period_to=ends)
    visit.codes[HOP_3] = ("AUTH-PERIOD", "AUTH-RETRO-BILLED")
    visit.fault = "later: authorization cut after its claim"
    later.stays.add((HOP_4, visit.record_id))
    later.count(visit.fault)


def _withdraw(later: Later, visit: Visit) -> None:
    """Withdrawn while billing still waited for something."""
    later.correct(visit, action="cancel")
    visit.codes = {HOP_1: ("EVV-CANCELLED",), HOP_3: (*visit.codes[HOP_3], "VISIT-CANCELLED")}
    _stop_upstream(later, visit, "later: withdrawn before its claim")


def _get_stuck(later: Later, visit: Visit) -> None:
    """Corrected while billing still waited for something, and the correction is not verified."""
    later.correct(visit, aggregator_status="In Process")
    visit.codes = {
        HOP_1: ("EVV-NOT-VERIFIED",),
        HOP_3: (*visit.codes[HOP_3], "EVV-CORRECTION-OPEN"),
    }
    _stop_upstream(later, visit, "later: correction stuck before its claim")


def _stop_upstream(later: Later, visit: Visit, name: str) -> None:
    visit.fault = name
    later.stays.add((HOP_3, visit.record_id))
    later.count(name)


def _send_version(later: Later, feed: str, row: Row, **changes: object) -> None:
    """Send the next version; the one between may have been sent although nothing had changed."""
    version = next(name for name in row if name.endswith("_version"))
    newest = {**row, version: int(str(row[version])) + 2, "source_updated_at": later.at, **changes}
    later.send(feed, newest)


def _sign(later: Later, visit: Visit) -> None:
    if visit.note is not None:
        signed = {"status": "signed", "completed_at": later.at, "signed_at": later.at}
        _send_version(later, "documentation", visit.note, **signed)
        later.release(visit, HOP_3, "later: note signed")


def _introduce(later: Later) -> None:
    """The caregiver nobody knew is known at last."""
    unknown = [visit for visit in later.world.visits if visit.fault == "EVV-UNKNOWN-STAFF"]
    for caregiver_id in ("GX901", "GX902"):
        mine = [visit for visit in unknown if visit.row["caregiver_id"] == caregiver_id]
        if len(mine) == 1:
            discipline = "RN" if is_nursed(mine[0].client) else "aide"
            row = hire(
                later.world, discipline, caregiver_id=caregiver_id, source_updated_at=later.at
            )
            later.send("caregivers", row)
            later.release(mine[0], HOP_1, "later: caregiver known")


def _read_at_last(later: Later, pair: Pair) -> None:
    """Receipts that were outstanding: one step further, what came before stays as it was."""
    fate = later.world.fate(pair)
    known = later.world.receipts.get(pair)
    name, reached, codes = OUTSTANDING.get(fate.name if fate else "", ("", (), ()))
    if not name or pair[2] == "-":
        return
    nothing = dict.fromkeys(("delivered_at", "acknowledged_at", "confirmed_at", "confirmed_by"))
    row: Row = {
        "plan_id": pair[0],
        "plan_version": pair[1],
        "caregiver_id": pair[2],
        **(known or nothing),
        **dict.fromkeys(reached, later.at),
        "ack_version": int(str(known["ack_version"])) + 1 if known else 1,
        "method": "phone",
        "source_updated_at": later.at,
    }
    later.send("acknowledgements", row)
    later.world.fates[pair] = Fate(name, codes)
    later.count(name)
