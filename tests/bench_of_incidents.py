"""A bench for incidents: conditions by a word, a pager that keeps what it is told, and a clock.

    pager.sees(P1)                  # one evaluation, in which that is wrong
    pager.later(minutes=30).sees()  # half an hour later nothing is
    assert pager.told == ["opened hop_stale:a: 0"]

Conditions here are plain values: what finds them has tests of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from orchestration.watch.incidents.deciding import decide
from orchestration.watch.incidents.incident import Event, Incident, Past, Silence, Step, Telling
from orchestration.watch.incidents.office_hours import OfficeHours
from orchestration.watch.incidents.rules import Rules
from orchestration.watch.looking.conditions import Condition, Severity

NEW_YORK = ZoneInfo("America/New_York")
HOURS = OfficeHours(NEW_YORK)
RULES = Rules(HOURS)
TUESDAY = datetime(2026, 11, 17, 10, 0, tzinfo=NEW_YORK).astimezone(UTC)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant by the agency's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def condition(
    subject: str = "a",
    severity: Severity = "P1",
    kind: str = "hop_stale",
    cause: str = "",
    caused_by: tuple[str, ...] = (),
    since: datetime = TUESDAY - timedelta(hours=1),
) -> Condition:
    """One thing that is wrong."""
    return Condition(
        kind=kind,
        subject=subject,
        cause=cause,
        severity=severity,
        owner="EVV coordinator",
        since=since,
        count=3,
        caused_by=caused_by,
    )


@dataclass
class Memory:
    """A pager without a database: what is open, what closed, what was told."""

    now: datetime = TUESDAY
    rules: Rules = RULES
    incidents: list[Incident] = field(default_factory=list)
    ended: list[Incident] = field(default_factory=list)
    tellings: list[tuple[datetime, Incident, Telling]] = field(default_factory=list)
    events: list[tuple[str, Event]] = field(default_factory=list)
    silences: Sequence[Silence] = ()

    def later(self, **length: float) -> "Memory":
        """Let time pass."""
        self.now += timedelta(**length)
        return self

    def at(self, now: datetime) -> "Memory":
        """Go to an instant."""
        self.now = now
        return self

    def sees(self, *conditions: Condition, kinds: Sequence[str] | None = None) -> list[Step]:
        """One evaluation."""
        steps = decide(
            self.incidents,
            self._past(),
            conditions,
            self.rules,
            self.now,
            kinds=kinds,
            silences=self.silences,
        )
        self.incidents = [step.incident for step in steps if step.incident.is_open]
        self.ended += [step.incident for step in steps if not step.incident.is_open]
        for step in steps:
            self.events += [(step.incident.key, event) for event in step.events]
            if step.telling is not None:
                self.tellings.append((self.now, step.incident, step.telling))
        return steps

    def keeps_seeing(self, *conditions: Condition, until: datetime, every: timedelta) -> None:
        """Evaluations until an instant."""
        while self.now <= until:
            self.sees(*conditions)
            self.now += every

    def change(self, key: str, **columns: object) -> None:
        """What a command would write down."""
        self.incidents = [
            # any column of an incident
            replace(each, **columns) if each.key == key else each  # type: ignore[arg-type]
            for each in self.incidents
        ]

    @property
    def told(self) -> list[str]:
        """Everything that was told, in order."""
        return [f"{t.what} {incident.key} {t.number}" for _, incident, t in self.tellings]

    def of(self, key: str) -> Incident:
        """The open incident of that key."""
        (found,) = [each for each in self.incidents if each.key == key]
        return found

    def history(self, key: str) -> list[str]:
        """What happened to it."""
        return [event.what for of, event in self.events if of == key]

    def _past(self) -> dict[str, Past]:
        past: dict[str, Past] = {}
        for ended in self.ended:
            assert ended.closed_at is not None
            before = past.get(ended.key)
            recent = self.now - ended.closed_at < timedelta(days=1)
            past[ended.key] = Past(
                ended.closed_at,
                ended.closed_by != "carehops",
                (before.lately if before else 0) + recent,
            )
        return past
