"""The versions of a contract follow one another: no overlap, no hole, no date before its time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from orchestration.partners.payers.contract import Facts, Version
from orchestration.partners.payers.terms import A_DAY, Wrong, is_day

REQUIRED = ("number", "first_day", "changed_on", "changed_by", "last_validated_on", "review_on")
_DAYS = ("first_day", "last_day", "changed_on", "last_validated_on", "review_on")
_DAY = timedelta(days=1)


def odd_dates(facts: Facts) -> Iterator[tuple[str, *Wrong]]:
    """What is wrong with a version's number and dates as written: key, what, mend."""
    for key in _DAYS:
        if key in facts and not is_day(facts[key]):
            yield key, f"{key} is no day", f"Write {A_DAY}."
    number = facts.get("number")
    if number is not None and (type(number) is not int or number < 1):
        yield "number", "number is not 1 or more", "Count up."
    yield from _reversed(facts, "first_day", "last_day", least=timedelta(0))
    yield from _reversed(facts, "last_validated_on", "review_on", least=_DAY)


def _reversed(
    facts: Facts, early: str, late: str, least: timedelta
) -> Iterator[tuple[str, *Wrong]]:
    first, last = facts.get(early), facts.get(late)
    if is_day(first) and is_day(last) and last < first + least:
        yield (
            late,
            f"{late} {last} is not after {early} {first}",
            f"Mend {early} or {late}: they may have changed places.",
        )


def out_of_line(versions: Sequence[Version]) -> Iterator[tuple[Version, *Wrong]]:
    """Numbers used twice, overlaps and holes."""
    times = Counter(version.number for version in versions)
    for number in (number for number, count in times.items() if count > 1):
        last = [version for version in versions if version.number == number][-1]
        yield last, f"version {number} is there twice", "Give one another number."
    for one, following in pairwise(_by_day(versions)):
        end = following.first_day - _DAY
        last_day = end if one.last_day is None else one.last_day
        if last_day != end:
            what = "overlaps" if last_day > end else "leaves a hole before"
            yield (
                one,
                f"version {one.number}, until {last_day}, {what} version {following.number}, "
                f"from {following.first_day}",
                f"End it on {end}, or begin version {following.number} on {last_day + _DAY}.",
            )


def closed(versions: Sequence[Version]) -> tuple[Version, ...]:
    """By first day; one that leaves its last day open ends before the next begins."""
    ordered = _by_day(versions)
    ended = [
        replace(one, last_day=one.last_day or following.first_day - _DAY)
        for one, following in pairwise(ordered)
    ]
    return (*ended, *ordered[-1:])


def _by_day(versions: Sequence[Version]) -> list[Version]:
    return sorted(versions, key=lambda version: version.first_day)
