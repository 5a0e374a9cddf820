"""A page: what is sent about an incident, built only from fields that cannot identify a person.

Names of ours (hop, feed, role, code), counts, ages, money, numbers and links: there is no field
for free text. A name that does not look like one of ours is not shown, so that a person's name in
the place of a code goes nowhere. Ages are whole minutes: an instant may be the time of a visit.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from orchestration.flow.edits import OWNER_ROLES
from orchestration.ground.durations import in_words
from orchestration.watch.incidents.incident import Incident
from orchestration.watch.looking.condition_files import meaning_of
from orchestration.watch.looking.conditions import Severity

What = Literal["opened", "reminder", "escalation", "acknowledged", "recovered"]

DRILL = "drill"
"""Kind of incident that tests the way of a page; its pages say so first."""
NOT_SHOWN = "not-shown"
_OURS = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_CODE = re.compile(r"[A-Z][A-Z0-9]*([_-][A-Z0-9]+)*")
_REPLY = re.compile(r"([a-z]+ )?(999|277CA|835)")
"""Replies are known by their transaction, and by who sends it: ``clearinghouse 277CA``."""
_DIGITS = re.compile(r"\d{4}")
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_NAME = 63
_SAID: Mapping[What, str] = {
    "opened": "",
    "reminder": "still: ",
    "escalation": "nobody has acknowledged: ",
    "acknowledged": "acknowledged: ",
    "recovered": "over: ",
}


def name_of_ours(text: str) -> str:
    """A hop's, feed's, check's, role's or payer's name, or that it is not shown.

    Ours are roles, lower-case words, codes in capitals and kinds of reply; none has four digits in
    a row.
    """
    if text in OWNER_ROLES or not text:
        return text
    ours = any(form.fullmatch(text) for form in (_OURS, _CODE, _REPLY))
    fits = ours and len(text) <= _LONGEST_NAME
    return text if fits and not _DIGITS.search(text) else NOT_SHOWN


@dataclass(frozen=True)
class Event:
    """What is told of an incident.

    Args:
        what: Which event.
        number: Its number among its kind.
        at: When it is written down.
    """

    what: What
    number: int
    at: datetime


@dataclass(frozen=True)
class Place:
    """Whose pages they are, and where those who get them find out more.

    Args:
        agency: The agency's id, so that two agencies' incidents are never one.
        dagster: Dagster's address as they reach it.
        runbooks: Folder or address of the runbooks.
    """

    agency: str
    dagster: str
    runbooks: str


@dataclass(frozen=True)
class Page:
    """Everything that is ever sent. Adding a field here is deciding that it may leave the house.

    Args:
        what: Which event of the incident this is.
        number: Its number among its kind: the third reminder.
        incident_id: The incident's number; 0 for the watchdog's own, which it keeps to itself.
        dedup_key: Names the incident to those who receive its pages.
        severity: ``P1`` to ``P3``.
        kind: The kind of condition.
        subject: The hop, feed, partner, payer or role it is about.
        cause: The code, check or partner that tells it apart, or nothing.
        owner: The role that answers for it.
        told: The role this page is for.
        count: Records at stake.
        open_minutes: How long it had lasted when this was written.
        oldest_minutes: How long the oldest record had stood.
        money: US dollars at stake, with cents.
        visits: Visits at stake.
        run_id: Dagster's run.
        dagster: Link to it, or to the asset.
        runbook: Link to what to do.
    """

    what: What
    number: int
    incident_id: int
    dedup_key: str
    severity: Severity
    kind: str
    subject: str
    cause: str
    owner: str
    told: str
    count: int
    open_minutes: int
    oldest_minutes: int | None
    money: str | None
    visits: int | None
    run_id: str | None
    dagster: str
    runbook: str

    @property
    def is_drill(self) -> bool:
        """Whether nothing is wrong and only the way is tested."""
        return self.kind == DRILL

    @property
    def title(self) -> str:
        """One line: what, where, how bad."""
        drill = "DRILL, nothing is wrong: " if self.is_drill else ""
        cause = f" ({self.cause})" if self.cause else ""
        kind = self.kind.replace("_", " ")
        return f"{drill}{self.severity} {_SAID[self.what]}{self.subject}: {kind}{cause}"

    @property
    def sentence(self) -> str:
        """What it means, what is at stake and whose it is."""
        meaning = meaning_of(self.kind)
        begun = f"{meaning} {self._length}" if meaning else self._length
        numbered = f" Incident {self.incident_id}." if self.incident_id else ""
        return f"{begun}{self._stakes} Owner: {self.owner}.{numbered}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Label and value of each thing known, for those who show a table."""
        known = [
            ("Owner", self.owner),
            ("Told", self.told),
            ("Records", f"{self.count:,}" if self.count else None),
            ("Oldest", _age(self.oldest_minutes)),
            ("At stake", f"${Decimal(self.money):,.2f}" if self.money else None),
            ("Visits", f"{self.visits:,}" if self.visits else None),
            ("Open for", _age(self.open_minutes)),
            ("Incident", str(self.incident_id) if self.incident_id else None),
            ("Run", self.run_id),
        ]
        return [(label, value) for label, value in known if value]

    @property
    def links(self) -> list[tuple[str, str]]:
        """Label and address."""
        return [("Dagster", self.dagster), ("Runbook", self.runbook)]

    @property
    def text(self) -> str:
        """The whole of it as plain text."""
        links = [f"{label}: {address}" for label, address in self.links]
        return "\n".join([self.title, self.sentence, *links])

    def as_body(self) -> dict[str, Any]:
        """As it is kept until it is sent."""
        return asdict(self)

    @property
    def _length(self) -> str:
        verb = "It lasted" if self.what == "recovered" else "It has lasted"
        return f"{verb} {_age(self.open_minutes)}."

    @property
    def _stakes(self) -> str:
        said = []
        if self.count:
            oldest = f", the oldest for {_age(self.oldest_minutes)}" if self.oldest_minutes else ""
            said.append(f"{_counted(self.count, 'record')}{oldest}")
        if self.visits:
            said.append(_counted(self.visits, "visit"))
        if self.money:
            said.append(f"${Decimal(self.money):,.2f} at stake")
        return f" {'; '.join(said)}." if said else ""


def page_from(body: Mapping[str, Any]) -> Page:
    """The page that was kept."""
    return Page(**body)


def page_of(incident: Incident, event: Event, told: str, place: Place) -> Page:
    """What may be said of an incident.

    Args:
        incident: The incident; of its fields only those of the allow-list are read.
        event: What is told of it.
        told: The role it is for.
        place: Whose incident it is, and where to find out more.
    """
    number = numbered(incident)
    subject, kind = name_of_ours(incident.subject), name_of_ours(incident.kind)
    run_id = incident.run_id if _RUN.fullmatch(incident.run_id or "") else None
    where = f"runs/{run_id}" if run_id else f"assets/{subject}" if _OURS.fullmatch(subject) else ""
    return Page(
        what=event.what,
        number=event.number,
        incident_id=number,
        dedup_key=f"{place.agency}-{number}",
        severity=incident.severity,
        kind=kind,
        subject=subject,
        cause=name_of_ours(incident.cause),
        owner=name_of_ours(incident.owner),
        told=name_of_ours(told),
        count=int(incident.count),
        open_minutes=_minutes(incident.since, event.at) or 0,
        oldest_minutes=_minutes(incident.oldest, event.at),
        money=None if incident.money is None else f"{Decimal(incident.money):.2f}",
        visits=None if incident.visits is None else int(incident.visits),
        run_id=run_id,
        dagster=f"{place.dagster.rstrip('/')}/{where}",
        runbook=f"{place.runbooks.rstrip('/')}/{kind}.md",
    )


def numbered(incident: Incident) -> int:
    """The number of an incident that is written down.

    Raises:
        ValueError: it is not.
    """
    if incident.incident_id is None:
        raise ValueError("an incident is written down before it is told")
    return incident.incident_id


def _minutes(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(int((now - since).total_seconds() // 60), 0)


def _age(minutes: int | None) -> str | None:
    return None if minutes is None else in_words(timedelta(minutes=minutes))


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
