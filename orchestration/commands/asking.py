"""Commands that only look."""

import sys
from datetime import datetime, timedelta
from typing import cast, get_args

import click

from orchestration import assembly
from orchestration.commands import changes_page, hop_pages, trace_page
from orchestration.commands.opening import AS_JSON, Asked, Instant, how_fresh, tell, who_watches
from orchestration.commands.printing import show
from orchestration.flow.edits import OWNER_ROLES
from orchestration.ground.clock import SystemClock
from orchestration.ground.contracts import IdentifierKind
from orchestration.ground.settings import read_settings
from orchestration.partners.fitness import line_findings
from orchestration.views.changes import changes
from orchestration.views.doctor import Finding
from orchestration.views.doctor import doctor as look_for_faults
from orchestration.views.held_lines import held_lines
from orchestration.views.locks import locks
from orchestration.views.queue import queue as queue_of
from orchestration.views.rights import trespasses
from orchestration.views.sentences import counted
from orchestration.views.status import status as status_of
from orchestration.views.trace import AskedKind
from orchestration.views.trace import trace as trace_of
from orchestration.watch.fitness import pager_findings

FAULTS_FOUND = 1
_KINDS = click.Choice(("file", *get_args(IdentifierKind)))
_ROLES = click.Choice(sorted(OWNER_ROLES), case_sensitive=False)


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--as", "kind", type=_KINDS, help="What the id is, when it is known.")
@click.option("--limit", default=20, show_default=True, help="How many of many records to list.")
@AS_JSON
@click.pass_obj
def trace(asked: Asked, *, identifier: str, kind: str | None, limit: int, as_json: bool) -> None:
    """Say where ID is, since when, why, whose it is, and what to do.

    ID is a visit, client, caregiver, plan, authorization, planned visit, document, incident,
    claim, payer's claim number, batch or control number, or a file by name, sha256 or number.
    """
    with asked.opened() as (_, sight):
        answer = trace_of(sight, identifier, cast("AskedKind | None", kind), limit)
        tell(answer, as_json, lambda: trace_page.show_trace(sight, answer))


@click.command()
@AS_JSON
@click.pass_obj
def status(asked: Asked, *, as_json: bool) -> None:
    """Every hop, feed and partner: what came, where it stands, how old, how fresh, whose."""
    with asked.opened() as (house, sight):
        fresh, partners = how_fresh(house, sight), house.watched.partners
        answer = status_of(sight, fresh, who_watches(sight), partners)
        tell(answer, as_json, lambda: hop_pages.show_status(sight, answer))


@click.command()
@click.argument("hop")
@click.option("--owner", type=_ROLES, help="Only records whose turn is this role's.")
@click.option("--reason", help="Only records that stand still for this reason first.")
@click.option("--limit", default=20, show_default=True, help="How many records to list.")
@AS_JSON
@click.pass_obj
def queue(
    asked: Asked, *, hop: str, owner: str | None, reason: str | None, limit: int, as_json: bool
) -> None:
    """Why records stand still at HOP, what is at stake, and which are overdue."""
    with asked.opened() as (_, sight):
        answer = queue_of(sight, hop, owner, reason, limit)
        tell(answer, as_json, lambda: hop_pages.show_queue(sight, answer))


@click.command("held-lines")
@click.option("--feed", help="Only lines of this feed.")
@click.option("--ended", is_flag=True, help="Also those that wait no more, and how they ended.")
@click.option("--limit", default=20, show_default=True, help="How many lines to list.")
@AS_JSON
@click.pass_obj
def list_held_lines(
    asked: Asked, *, feed: str | None, ended: bool, limit: int, as_json: bool
) -> None:
    """Lines that could not become rows and wait for a better one, oldest first."""
    with asked.opened() as (_, sight):
        named = None if feed is None else sight.feed(feed).name
        answer = held_lines(sight, named, ended, limit)
        tell(answer, as_json, lambda: hop_pages.show_held_lines(sight, answer))


@click.command("changes")
@click.option("--hop", help="Only changes this hop saw.")
@click.option("--since", type=Instant(), help="Only changes seen from then on.")
@click.option("--affecting", is_flag=True, help="Only changes that touched what had moved.")
@click.option("--limit", default=50, show_default=True, help="How many to list, newest first.")
@AS_JSON
@click.pass_obj
def list_changes(
    asked: Asked,
    *,
    hop: str | None,
    since: datetime | None,
    affecting: bool,
    limit: int,
    as_json: bool,
) -> None:
    """What changed after a hop had looked at it: old, new, when, by whom, what follows."""
    with asked.opened() as (_, sight):
        found = changes(sight, hop, since, affecting=affecting, limit=limit)
        tell(found, as_json, lambda: changes_page.show_changes(sight, found))


@click.command("locks")
@AS_JSON
@click.pass_obj
def list_locks(asked: Asked, *, as_json: bool) -> None:
    """Every status lock: what it locks, who unlocks it and how, and what it holds now."""
    with asked.opened() as (_, sight):
        found = locks(sight)
        tell(found, as_json, lambda: changes_page.show_locks(found))


@click.command("permissions")
@click.option("--since", type=Instant(), help="Only changes from then on; else of 90 days.")
@AS_JSON
@click.pass_obj
def list_permissions(asked: Asked, *, since: datetime | None, as_json: bool) -> None:
    """Who changed records without the right to, how often, and who grants that right."""
    with asked.opened() as (_, sight):
        found = trespasses(sight, since or sight.now - timedelta(days=90))
        tell(found, as_json, lambda: changes_page.show_trespasses(sight, found))


@click.command()
@AS_JSON
@click.pass_obj
def doctor(asked: Asked, *, as_json: bool) -> None:
    """Say what is wrong with this installation and how to mend it.

    Exit code 1: something is.
    """
    # the machine's own clock, whatever instant is asked for: it is one of the things looked at
    settings, clock = read_settings(), SystemClock()
    feeds, hops = assembly.feeds(), assembly.hops()
    findings = look_for_faults(settings, feeds, hops, clock)
    findings += [Finding(*each) for each in pager_findings(settings, feeds, hops, clock.now())]
    findings += [Finding(*each) for each in line_findings(settings, clock.now().date())]
    answer = {"healthy": not findings, "findings": findings}
    tell(answer, as_json, lambda: _show_findings(findings))
    sys.exit(FAULTS_FOUND if findings else 0)


def _show_findings(findings: list[Finding]) -> None:
    for finding in findings:
        show(f"- {finding.what}")
        show(f"    where: {finding.where}")
        show(f"    mend:  {finding.mend}")
    show(f"{counted(len(findings), 'finding')}." if findings else "Nothing is wrong.")


COMMANDS = (
    *(trace, status, queue, list_held_lines, list_changes, list_locks, list_permissions),
    doctor,
)
