"""What becomes of every incident now, and what must be told: one pure function.

    condition seen      opened once; seen again, the same incident
    condition away      closed only after it stayed away for the incident's quiet time
    upstream explains   held back until the upstream incident closes and the condition still stands
    planned downtime    silent until it is over
    told                once; then reminders, and the next level when nobody acknowledges
    grown worse         told again at once; an acknowledgement was for less

Nothing here looks at a clock or a database: evaluated twice, late, or by two pagers at once, the
same stored incidents and the same conditions give the same answer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orchestration.watch.incidents.explaining import explained
from orchestration.watch.incidents.incident import (
    CAREHOPS,
    Event,
    Incident,
    PageName,
    Past,
    Silence,
    Step,
    Telling,
)
from orchestration.watch.incidents.rules import SEVERITIES, Rules
from orchestration.watch.looking.conditions import Condition, Severity


def decide(
    open_incidents: Sequence[Incident],
    past: Mapping[str, Past],
    conditions: Iterable[Condition],
    rules: Rules,
    now: datetime,
    *,
    kinds: Collection[str] | None = None,
    silences: Sequence[Silence] = (),
) -> list[Step]:
    """What becomes of every open incident and of every condition without one.

    Args:
        open_incidents: All that are open, at most one of a key.
        past: What closed before, by key.
        conditions: What is wrong now.
        rules: The agency's.
        now: The instant the conditions are of.
        kinds: Kinds that were looked for; None for all. What was not looked for is neither
            here nor gone.
        silences: Planned downtimes that last now.
    """
    found = _worst_of_each(conditions)
    steps = [
        _look_again(incident, found.get(incident.key), now, kinds) for incident in open_incidents
    ]
    known = {incident.key for incident in open_incidents}
    steps += [
        _open(condition, past.get(key), rules, now)
        for key, condition in found.items()
        if key not in known and not _stays_closed(condition, past.get(key), rules, now)
    ]
    still_open = [step.incident for step in steps if step.incident.is_open]
    causes = explained(still_open, rules.explaining)
    explained_ones = [each for each in still_open if each.key in causes]
    severities = _severities(still_open, found, causes)
    answer = []
    for step in steps:
        if step.incident.is_open:
            key = step.incident.key
            behind = [each for each in explained_ones if causes[each.key] == key]
            held = _hold(_speak_for(step, behind), causes.get(key), silences, now)
            raised = _raise(held, severities.get(key), now)
            answer.append(_tell(raised, rules, now))
        else:
            answer.append(recovered(step, rules, now))
    return answer


def closed(incident: Incident, now: datetime, who: str, why: str) -> Step:
    """The incident's end."""
    ended = replace(incident, closed_at=now, closed_by=who, closed_because=why)
    return Step(ended, (Event("closed", why, who),))


def recovered(step: Step, rules: Rules, now: datetime) -> Step:
    """Whoever was told that it began is told that it ended."""
    if step.incident.told_at is None:
        return step
    due_at = rules.tell_at(step.incident.severity, now)
    return replace(step, telling=Telling("recovered", 0, due_at))


def _worst_of_each(conditions: Iterable[Condition]) -> dict[str, Condition]:
    found: dict[str, Condition] = {}
    for condition in conditions:
        known = found.get(condition.key)
        if known is None or _worst(condition.severity, known.severity) != known.severity:
            found[condition.key] = condition
    return found


def _worst(*severities: Severity) -> Severity:
    return min(severities, key=SEVERITIES.index)


def _look_again(
    incident: Incident, condition: Condition | None, now: datetime, kinds: Collection[str] | None
) -> Step:
    """Whether the problem is still there."""
    if now < incident.judged_at or (kinds is not None and incident.kind not in kinds):
        return Step(incident)  # somebody has looked later than this, or nobody looked
    if condition is not None:
        returned = incident.absent_since is not None
        seen = replace(incident, absent_since=None, returns=incident.returns + returned)
        return Step(_as_seen(seen, condition, now))
    away_since = incident.absent_since or now
    away = replace(incident, judged_at=now, absent_since=away_since)
    if now - away_since < incident.quiet_for:
        return Step(away)
    return closed(away, now, CAREHOPS, "the condition stayed away")


def _as_seen(incident: Incident, condition: Condition, now: datetime) -> Incident:
    return replace(
        incident,
        owner=condition.owner,
        since=condition.since,
        count=condition.count,
        oldest=condition.oldest,
        money=condition.money,
        visits=condition.visits,
        run_id=condition.run_id,
        caused_by=condition.caused_by,
        judged_at=now,
        last_seen_at=now,
    )


def _open(condition: Condition, past: Past | None, rules: Rules, now: datetime) -> Step:
    lately = 0 if past is None else past.lately
    incident = Incident(
        key=condition.key,
        kind=condition.kind,
        subject=condition.subject,
        cause=condition.cause,
        severity=condition.severity,
        owner=condition.owner,
        since=condition.since,
        opened_at=now,
        judged_at=now,
        last_seen_at=now,
        quiet_for=min(rules.quiet_for * 2**lately, rules.longest_quiet),
    )
    return Step(_as_seen(incident, condition, now), (Event("opened", "the condition was seen"),))


def _stays_closed(condition: Condition, past: Past | None, rules: Rules, now: datetime) -> bool:
    """Whether the condition is no news: seen before the close, or closed by hand as it stands."""
    if past is None:
        return False
    if past.by_hand and condition.since <= past.closed_at:
        return now - past.closed_at < rules.closed_for
    return now <= past.closed_at


def _severities(
    incidents: Sequence[Incident], found: Mapping[str, Condition], causes: Mapping[str, str]
) -> dict[str, Severity]:
    """How bad each is now; a cause is as bad as the worst it explains, which it speaks for."""
    severities: dict[str, Severity] = {}
    for incident in incidents:
        if incident.stands:
            condition = found.get(incident.key)
            own = incident.severity
            if condition is not None:
                own = _worst(own, condition.severity)
            for key in {incident.key, causes.get(incident.key, incident.key)}:
                severities[key] = _worst(own, severities.get(key, own))
    return severities


def _speak_for(step: Step, behind: Sequence[Incident]) -> Step:
    """A cause that counts nothing itself names the largest stake among what it explains."""
    counting = [each for each in behind if each.stands and each.count]
    if step.incident.count or not counting:
        return step
    largest = max(counting, key=lambda each: (each.count, each.key))
    speaking = replace(
        step.incident,
        count=largest.count,
        oldest=largest.oldest,
        money=largest.money,
        visits=largest.visits,
    )
    return replace(step, incident=speaking)


def _hold(step: Step, cause: str | None, silences: Sequence[Silence], now: datetime) -> Step:
    """Keep back what an upstream incident or a planned downtime explains; let go when it ended."""
    incident, events = step.incident, step.events
    silence = next((each for each in silences if _silences(each, incident)), None)
    if cause is not None and cause != incident.held_back_by:
        events += (Event("held_back", f"explained by {cause}"),)
    if silence is not None and incident.silenced_until != silence.until:
        events += (Event("silenced", silence.why),)
    if cause is None and incident.held_back_by is not None:
        events += (Event("released", f"{incident.held_back_by} explains it no more"),)
    if silence is None and incident.silenced_until is not None:
        events += (Event("released", "the planned downtime is over"),)
    answered_again = incident.told_at is not None and any(e.what == "released" for e in events)
    held = replace(
        incident,
        held_back_by=cause,
        silenced_until=None if silence is None else silence.until,
        unanswered_since=now if answered_again else incident.unanswered_since,
    )
    return Step(held, events)


def _silences(silence: Silence, incident: Incident) -> bool:
    return silence.subject in {incident.subject, incident.cause, *incident.caused_by}


def _raise(step: Step, severity: Severity | None, now: datetime) -> Step:
    """Take on a worse severity; while an incident is open it never becomes less severe."""
    incident = step.incident
    if severity is None or _worst(severity, incident.severity) == incident.severity:
        return step
    raised = replace(
        incident,
        severity=severity,
        unanswered_since=None if incident.told_at is None else now,
        acknowledged_at=None,
        acknowledged_by=None,
        acknowledged_why=None,
        snoozed_until=None,
        snoozed_by=None,
        snoozed_why=None,
    )
    why = f"{incident.severity} before, now {severity}"
    return Step(raised, (*step.events, Event("raised", why)))


def _tell(step: Step, rules: Rules, now: datetime) -> Step:
    """What people must be told of it now: at most one thing."""
    incident = step.incident
    kept_back = incident.held_back_by is not None or incident.silenced_until is not None
    if kept_back or not incident.stands or not rules.may_tell(incident.severity, now):
        return step
    if incident.told_at is None:
        told = replace(incident, told_at=now, unanswered_since=now)
        return _told(step, told, Event("told", "the owner"), "opened", now)
    if _escalates(incident, rules, now):
        told = replace(incident, level=incident.level + 1, unanswered_since=now)
        why = f"nobody acknowledged; level {told.level} is told"
        return _told(step, told, Event("escalated", why), "escalation", now)
    if any(event.what == "raised" for event in step.events) or _is_reminded(incident, rules, now):
        told = replace(incident, reminders=incident.reminders + 1)
        return _told(
            step, told, Event("reminded", f"for the {told.reminders}. time"), "reminder", now
        )
    return step


def _told(step: Step, incident: Incident, event: Event, what: PageName, now: datetime) -> Step:
    number = {"escalation": incident.level, "reminder": incident.reminders}.get(what, 0)
    return Step(
        replace(incident, last_told_at=now), (*step.events, event), Telling(what, number, now)
    )


def _escalates(incident: Incident, rules: Rules, now: datetime) -> bool:
    after = rules.paces[incident.severity].escalate_after
    since = incident.unanswered_since
    if after is None or since is None or incident.acknowledged_at is not None:
        return False
    if incident.snoozed_until is not None:  # somebody answered, and asked for that long
        since = max(since, incident.snoozed_until)
    return incident.level < rules.levels and rules.elapsed(incident.severity, since, now) >= after


def _is_reminded(incident: Incident, rules: Rules, now: datetime) -> bool:
    every = rules.paces[incident.severity].remind_every
    since = incident.last_told_at
    snoozed = incident.snoozed_until is not None and now < incident.snoozed_until
    if every is None or since is None or snoozed:
        return False
    return rules.elapsed(incident.severity, since, now) >= every
