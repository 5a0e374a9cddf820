"""Where is it? Any id, one answer: where it stands, since when, why, whose it is, what to do.

Searching is ``search``, what the ledger says is ``entries``, the way it came is ``way``, the words
are ``sentences``. This module only decides which of them answers.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from orchestration.ground.contracts import IdentifierKind
from orchestration.views import entries, received, sentences, way
from orchestration.views.answer import Trace, answer_of
from orchestration.views.attempts import attempts_of
from orchestration.views.deliveries import deliveries_of
from orchestration.views.entries import Standing
from orchestration.views.held_answer import held_answer
from orchestration.views.held_lines import HeldLine, of_file, of_records
from orchestration.views.identifiers import KINDS, homes, record_ids
from orchestration.views.mentions import files
from orchestration.views.search import Found, find
from orchestration.views.sight import Sight

_FEW_CLAIMS = 5

AskedKind = IdentifierKind | Literal["file"]


def trace(sight: Sight, asked: str, kind: AskedKind | None = None, limit: int = 20) -> Trace:
    """Answer for any id.

    Args:
        sight: What we look at.
        asked: The id, as somebody has it.
        kind: What it is, when the asker knows; None tries everything.
        limit: How many of many records are listed.
    """
    asked = asked.strip()
    readings = [] if kind == "file" else find(sight, asked, kind)
    file = received.find_file(sight, asked) if kind in {None, "file"} else None
    held = of_records(sight, record_ids(sight.feeds, asked)) if kind != "file" else ()
    also = tuple(found.kind for found in readings[1:]) + (("file",) if file and readings else ())
    if readings:
        answer = _answer(sight, asked, readings[0], held, limit)
    elif held:
        answer = held_answer(sight, asked, held)
    elif file:
        answer = _file(sight, asked, file, limit)
    else:
        answer = _never(sight, asked, kind)
    answer = _with_deliveries(sight, asked, _with_attempts(sight, answer))
    if not also:
        return answer
    hint = f" It is also the id of a {' and a '.join(also)}: ask with --as."
    return replace(answer, also=also, sentence=answer.sentence + hint)


def _with_attempts(sight: Sight, answer: Trace) -> Trace:
    """The answer, with every time its claims went out, when they are few."""
    if not 0 < len(answer.claims) <= _FEW_CLAIMS:
        return answer
    attempts = attempts_of(sight, answer.claims)
    newest = {attempt.claim: attempt for attempt in attempts}
    told = "".join(f" Claim {claim}: {last.sentence}." for claim, last in newest.items())
    return replace(answer, attempts=attempts, sentence=answer.sentence + told)


def _with_deliveries(sight: Sight, asked: str, answer: Trace) -> Trace:
    """The answer, with what keeps its claims' files from their partner, and what to do about it."""
    open_files = deliveries_of(sight, asked, answer.claims)
    if not open_files:
        return answer
    told = "".join(f" File {one.sentence}; next: {one.next_step}." for one in open_files)
    step = answer.next_step or open_files[0].next_step
    return replace(answer, sentence=answer.sentence + told, next_step=step)


def _answer(
    sight: Sight, asked: str, found: Found, held: tuple[HeldLine, ...], limit: int
) -> Trace:
    some = entries.records(sight, found)
    if not some and any(line.waits for line in held):
        return held_answer(sight, asked, held)
    if not some:
        return _without_record(sight, asked, found)
    if len(some) == 1 and (found.kind == "visit" or some[0] == asked):
        return _one(sight, asked, some[0], held)
    return _many(sight, asked, found, held, limit)


def _one(sight: Sight, asked: str, record: str, held: tuple[HeldLine, ...]) -> Trace:
    """A single record, whole."""
    standings = entries.of_record(sight, record)
    standing = _pressing(standings)
    claims = way.claims_of(sight, record)
    rows = way.landed(sight, record)
    changes = way.late_changes(sight, record)
    steps = [
        *way.landing_steps(sight, rows, held),
        *way.ledger_steps(sight, standings),
        *way.late_steps(changes),
        *claims.steps,
    ]
    sentence = sentences.about_record(sight, standing, _rung(sight, standing, claims))
    last = max((row.at for row in rows), default=None)
    line = next((line for line in reversed(held) if line.waits), None)
    if line is not None and (last is None or line.held_at > last):
        sentence += (
            f" A later line of it waits at landing: line {line.line_no} of {line.file.name} "
            f"({', '.join(line.codes)})."
        )
    return replace(
        answer_of(sight, asked, sight.hop(standing.hop).record, sentence, standing),
        way=tuple(sorted(steps, key=lambda step: step.at)),
        hops=standings,
        late_changes=changes,
        claims=claims.numbers,
        held_lines=held,
    )


def _pressing(standings: Sequence[Standing]) -> Standing:
    """The hop that answers for the record: the first it has not moved through, else the last."""
    return next((found for found in standings if found.state != "moved"), standings[-1])


def _rung(sight: Sight, standing: Standing, claims: way.Claims) -> str | None:
    if not claims.numbers or standing.rung is None:
        return None
    since = claims.answered_at or max(step.at for step in claims.steps)
    noun = "claim" if len(claims.numbers) == 1 else "claims"
    numbers = ", ".join(claims.numbers)
    return f"{noun} {numbers} on rung {standing.rung} since {sight.local(since)}"


def _many(sight: Sight, asked: str, found: Found, held: tuple[HeldLine, ...], limit: int) -> Trace:
    """An id that concerns several records."""
    still = entries.standing_still(sight, found, limit)
    groups = entries.groups(sight, found)
    worst = entries.with_reasons(sight, still[:1])[0] if still else None
    sentence = sentences.about_many(
        sight, f"{found.kind} {asked}", entries.counts(sight, found), groups, worst
    )
    steps: tuple[way.Step, ...] = ()
    since = None
    if len(found.claims) == 1:
        claims = way.claims_of(sight, entries.records(sight, found)[0])
        steps = tuple(sorted(claims.steps, key=lambda step: step.at))
        since = claims.answered_at or max((step.at for step in steps), default=None)
    sentence += sentences.about_rungs(sight, entries.rungs(sight, found), since)
    answer = (
        answer_of(sight, asked, found.kind, sentence, worst)
        if worst
        else Trace(asked, found.kind, sentence)
    )
    return replace(
        answer,
        way=steps,
        records=still,
        summary=groups,
        claims=found.claims,
        held_lines=held,
    )


def _without_record(sight: Sight, asked: str, found: Found) -> Trace:
    """Rows name it, but no hop has a record of it."""
    newest = max(found.mentions, key=lambda mention: mention.at)
    name = files(sight, [newest.file_id])[newest.file_id].name
    where = f"line {newest.line_no} of {name} at {sight.local(newest.at)}"
    takers = sight.takers(newest.table)
    steps = tuple(way.landing_steps(sight, found.mentions, ()))
    if not newest.is_home:
        answer = _never(sight, asked, found.kind)
        told = f"{answer.sentence} But {where} names it."
        return replace(answer, sentence=told, way=steps)
    if not takers or found.kind not in {"visit", "plan"}:
        sentence = f"{found.kind} {asked} is known, newest by {where}; no record concerns it yet."
        return Trace(asked, found.kind, sentence, way=steps)
    names = " and ".join(hop.name for hop in takers)
    sentence = (
        f"{found.kind} {asked} landed with {where}, but {names} does not know it; "
        f"owner {takers[0].owner}; next: run `carehops pass {takers[0].name}` and ask again."
    )
    return Trace(
        asked,
        found.kind,
        sentence,
        record=asked,
        hop="landing",
        state="landed",
        last_good="landed",
        next=names,
        stuck_since=newest.at,
        owner=takers[0].owner,
        way=steps,
    )


def _file(sight: Sight, asked: str, file: received.FileFound, limit: int) -> Trace:
    """A file: what became of it, and of its records."""
    owner = next((feed.owner for feed in sight.feeds if feed.name == file.feed), None)
    sentence = sentences.about_file(sight, file, owner)
    if file.verdict != "landed" or file.file_id is None:
        return Trace(
            asked=asked,
            kind="file",
            sentence=sentence,
            hop="landing",
            state=file.verdict,
            stuck_since=file.at if file.verdict == "quarantined" else None,
            reason_class=file.reason_class,
            reason_code=file.reason_code,
            owner=owner,
            next_step=file.next_step,
        )
    binds: dict[str, object] = {"file_id": file.file_id}
    sql = received.file_records(sight, file)
    if ":hops" in sql:
        binds["hops"] = sight.hop_names
    found = Found("visit", sql, binds)
    return replace(
        _many(sight, asked, found, of_file(sight, file.file_id, limit), limit),
        kind="file",
        sentence=sentence + _of_file(sight, found),
    )


def _of_file(sight: Sight, found: Found) -> str:
    groups = entries.groups(sight, found)
    still = entries.standing_still(sight, found, 1)
    if not groups:
        return ""
    worst = entries.with_reasons(sight, still)[0] if still else None
    return " " + sentences.about_many(sight, "It", entries.counts(sight, found), groups, worst)


def _news(sight: Sight, asked: str, kind: str | None) -> tuple[received.FeedNews, ...]:
    likely = received.likely_feeds(sight, asked, kind)
    return tuple(received.feed_news(sight, feed) for feed in likely)


def _never(sight: Sight, asked: str, kind: str | None) -> Trace:
    """Nothing is known by this id."""
    if kind in KINDS and kind not in homes(sight.feeds):
        sentence = f"No {kind} {asked} was ever made here, so none was sent."
        return Trace(asked, "unknown", sentence, state="never made")
    news = _news(sight, asked, kind)
    what = f"{kind} {asked}" if kind else asked
    sentence = f"{what} was never received. {sentences.about_feeds(sight, news)}"
    return Trace(asked, "unknown", sentence, state="never received", feeds=news)
