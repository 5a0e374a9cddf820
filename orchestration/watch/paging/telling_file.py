"""How often each severity is told: the ``[telling]`` of ``pager.toml``, made into rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from orchestration.ground.agency import Agency
from orchestration.ground.durations import parse_length
from orchestration.watch.incidents.office_hours import OfficeHours
from orchestration.watch.incidents.rules import PACES, SEVERITIES, Pace, Rules

Wrong = Callable[..., None]
"""Is told what is wrong, the mend, and the place."""

_LENGTHS = ("quiet_for", "longest_quiet", "closed_for")
_PACE = ("remind_every", "escalate_after")
_NEVER = "never"


def read_rules(facts: Mapping[str, Any], agency: Agency, wrong: Wrong) -> Rules:
    """The rules; what is left out keeps the value of the house.

    Args:
        facts: The table ``[telling]``.
        agency: For its zone and closures.
        wrong: Is told each fault.
    """
    known = {"office_hours", *_LENGTHS, *SEVERITIES}
    for key in sorted(set(facts) - known):
        section = f"telling.{key}" if isinstance(facts[key], dict) else "telling"
        mend = f"Write one of {', '.join(sorted(known))}."
        wrong(f"[telling] knows no {key}", mend, section, key)
    rules = Rules(_office(facts, agency, wrong))
    lengths = {
        key: length
        for key in _LENGTHS
        for length in _length(facts, key, wrong, "telling")
        if length is not None
    }
    paces = {
        severity: _pace(facts.get(severity, {}), PACES[severity], wrong, f"telling.{severity}")
        for severity in SEVERITIES
    }
    return replace(rules, paces=paces, **lengths)  # type: ignore[arg-type]  # lengths are lengths


def _office(facts: Mapping[str, Any], agency: Agency, wrong: Wrong) -> OfficeHours:
    office = OfficeHours(agency.zone_info, agency.closures)
    if "office_hours" not in facts:
        return office
    begin, _, end = str(facts["office_hours"]).partition("-")
    try:
        opens, closes = time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        opens = closes = time()
    if opens < closes:
        return replace(office, opens=opens, closes=closes)
    mend = 'Write office_hours = "08:00-18:00": both on one day.'
    wrong("these office hours are none", mend, "telling", "office_hours")
    return office


def _pace(facts: Any, pace: Pace, wrong: Wrong, section: str) -> Pace:
    if not isinstance(facts, dict):
        wrong(f"{section} is no table", f"Write [{section}].", "telling")
        return pace
    for key in sorted(set(facts) - set(_PACE)):
        wrong(f"[{section}] knows no {key}", f"Write one of {', '.join(_PACE)}.", section, key)
    given = {key: length for key in _PACE for length in _length(facts, key, wrong, section)}
    return replace(pace, **given)  # type: ignore[arg-type]  # lengths are lengths


def _length(
    facts: Mapping[str, Any], key: str, wrong: Wrong, section: str
) -> Iterator[timedelta | None]:
    """The length, None for never; nothing when it is left out or wrong."""
    if key not in facts:
        return
    text = str(facts[key])
    if text == _NEVER and key in _PACE:
        yield None
        return
    try:
        yield parse_length(text)
    except ValueError as error:
        wrong(f"{key}: {error}", f'Write {key} = "30 min".', section, key)
