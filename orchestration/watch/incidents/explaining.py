"""Which open incident explains which: a late feed explains the hops that wait for it."""

from collections.abc import Mapping, Sequence

from orchestration.watch.incidents.incident import Incident


def explained(incidents: Sequence[Incident], kinds: Sequence[str]) -> dict[str, str]:
    """Key of each explained incident to the key of the one at its root.

    What a condition says of its upstream may lead in a circle. Then the oldest keeps its cause
    first, and somebody is always at a root: never do two incidents hold each other back.

    Args:
        incidents: All that are open.
        kinds: Kinds that explain others; on one subject an earlier one explains a later one.
    """
    cause: dict[str, str] = {}
    named = [each for each in incidents if each.caused_by]
    for incident in sorted(named, key=lambda each: (each.since, each.key)):
        for upstream in _upstream(incident, incidents, kinds):
            if _root(cause, upstream.key) != incident.key:
                cause[incident.key] = upstream.key
                break
    return {key: _root(cause, key) for key in cause}


def _upstream(
    incident: Incident, incidents: Sequence[Incident], kinds: Sequence[str]
) -> list[Incident]:
    """Incidents that may explain this one, nearest first."""
    rank = {kind: place for place, kind in enumerate(kinds)}
    own_rank = rank.get(incident.kind, len(kinds))
    near = {subject: place for place, subject in reversed([*enumerate(incident.caused_by)])}
    found = [
        other
        for other in incidents
        if other.kind in rank
        and other.subject in near
        and (other.subject != incident.subject or rank[other.kind] < own_rank)
    ]
    return sorted(found, key=lambda other: (near[other.subject], rank[other.kind], other.key))


def _root(cause: Mapping[str, str], key: str) -> str:
    while key in cause:
        key = cause[key]
    return key
