"""Who is on duty: roles become persons through shifts, leave, holidays and deputies.

Everything here is a pure function of the roster and an instant. There is always an answer: where
nobody is, the role that is covered around the clock stands in, and ``unmanned`` says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from orchestration.watch.people.shifts import Hours, LocalDays


@dataclass(frozen=True)
class Person:
    """Somebody who can be paged.

    Args:
        name: What the roster calls them: an id of the agency's own.
        email: Where mail reaches them.
    """

    name: str
    email: str


@dataclass(frozen=True)
class Shift:
    """Hours of one role, and who has them.

    Args:
        hours: When.
        persons: Names; all of them are paged.
    """

    hours: Hours
    persons: tuple[str, ...]


@dataclass(frozen=True)
class Leave:
    """Whole days on which somebody is away.

    Args:
        person: Who.
        first: First day away.
        last: Last day away.
        deputy: Who has their shifts meanwhile; the role's deputies where nobody is named.
    """

    person: str
    first: date
    last: date
    deputy: str | None = None


@dataclass(frozen=True)
class Role:
    """Somebody's job.

    Args:
        shifts: Never two at once.
        deputies: Who stands in for somebody on leave; the first who is there.
        manager: The role that is told when this one does not answer.
    """

    shifts: tuple[Shift, ...]
    deputies: tuple[str, ...] = ()
    manager: str | None = None


@dataclass(frozen=True)
class Duty:
    """Who answers for a role at an instant.

    Args:
        persons: At least one.
        because: How they come to it, in words.
        is_planned: False where somebody should have been there and nobody is.
    """

    persons: tuple[Person, ...]
    because: str
    is_planned: bool = True


@dataclass(frozen=True)
class Gap:
    """A shift nobody has, because those who should are on leave and no deputy is there.

    Args:
        role: Whose.
        begin: When it begins.
        end: When it ends.
    """

    role: str
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Roster:
    """The agency's people and their hours.

    Args:
        people: By name.
        roles: By name.
        leave: All of it.
        last_resort: The role that is covered at every hour.
        days: The agency's calendar.
    """

    people: Mapping[str, Person]
    roles: Mapping[str, Role]
    leave: tuple[Leave, ...]
    last_resort: str
    days: LocalDays

    def who(self, role: str, at: datetime) -> Duty:
        """Who answers for a role at an instant; never nobody."""
        for shift in self._shifts(role):
            began = self.days.began(shift.hours, at)
            if began is not None:
                there = self._there(role, shift, at.astimezone(self.days.zone).date())
                if there:
                    return self._duty(there, f"on shift as {role}")
                return self._stand_in(role, at, f"{role} is on leave, and no deputy is there")
        if role not in self.roles:
            return self._stand_in(role, at, f"nobody is named for {role}")
        return self._stand_in(role, at, f"{role} is off shift", is_planned=True)

    def person(self, said: str) -> Person | None:
        """Who is meant by a name or an address, however it is written; None for nobody here."""
        wanted = said.strip().casefold()
        for person in self.people.values():
            if wanted in {person.name.casefold(), person.email.casefold()}:
                return person
        return None

    def chain(self, role: str) -> tuple[str, ...]:
        """Who is told one after the other when nobody acknowledges, the role itself first."""
        found = [role]
        while (known := self.roles.get(found[-1])) and known.manager:
            found.append(known.manager)
        return tuple(found)

    def at_level(self, role: str, level: int) -> str:
        """The role that is told at a level of escalation; past the last manager the last resort."""
        chain = self.chain(role)
        return chain[level] if level < len(chain) else self.last_resort

    def unmanned(self, at: datetime) -> list[Gap]:
        """Shifts that hold at an instant and have nobody."""
        local = at.astimezone(self.days.zone).date()
        return [gap for gap in self.gaps(local - timedelta(days=1), 2) if gap.begin <= at < gap.end]

    def gaps(self, first: date, days: int) -> list[Gap]:
        """Shifts beginning on these days for which nobody is there, in order.

        A shift over midnight is looked at by the day it begins on and by the next.
        """
        found = [
            gap
            for day in (first + timedelta(days=number) for number in range(days))
            for role in self.roles
            for shift in self._shifts(role)
            if self.days.kind(day) in shift.hours.days
            for gap in self._holes(role, shift, day)
        ]
        return sorted(found, key=lambda gap: (gap.begin, gap.role))

    def _holes(self, role: str, shift: Shift, day: date) -> Iterator[Gap]:
        midnight = 24 * 60
        begin, end = shift.hours.begin, shift.hours.end
        parts = [(day, begin, min(end, midnight)), (day + timedelta(days=1), midnight, end)]
        for on, since, until in parts:
            if since < until and not self._there(role, shift, on):
                yield Gap(role, self.days.instant(day, since), self.days.instant(day, until))

    def _shifts(self, role: str) -> tuple[Shift, ...]:
        known = self.roles.get(role)
        return known.shifts if known else ()

    def _there(self, role: str, shift: Shift, day: date) -> tuple[str, ...]:
        """Persons of a shift who are there on a day, each deputy in the place of who is not."""
        found = (self._or_deputy(role, name, day) for name in shift.persons)
        return tuple(dict.fromkeys(name for name in found if name is not None))

    def _or_deputy(self, role: str, name: str, day: date) -> str | None:
        away = self._leave(name, day)
        if away is None:
            return name
        named = (away.deputy,) if away.deputy else ()
        deputies = (*named, *self.roles[role].deputies)
        return next((each for each in deputies if self._leave(each, day) is None), None)

    def _leave(self, name: str, day: date) -> Leave | None:
        for leave in self.leave:
            if leave.person == name and leave.first <= day <= leave.last:
                return leave
        return None

    def _stand_in(self, role: str, at: datetime, why: str, *, is_planned: bool = False) -> Duty:
        if role == self.last_resort:
            # better to wake somebody who is on leave than nobody
            everybody = [name for shift in self._shifts(role) for name in shift.persons]
            duty = self._duty(tuple(dict.fromkeys(everybody)), f"{why}; everybody is paged")
            return Duty(duty.persons, duty.because, is_planned=False)
        duty = self.who(self.last_resort, at)
        because = f"{why}; {self.last_resort} stands in"
        return Duty(duty.persons, because, is_planned and duty.is_planned)

    def _duty(self, names: tuple[str, ...], because: str) -> Duty:
        return Duty(tuple(self.people[name] for name in names), because)
