"""One evaluation: everything that is wrong is looked for, and incidents take it from there.

All in the caller's transaction: files in force, conditions, incidents, pages to send and the
pager's beat are those of one instant, or none of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from orchestration.ground.clock import Clock
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.partner_profiles import Partner
from orchestration.ground.settings import Settings
from orchestration.watch.agency_files import files_in_force
from orchestration.watch.incidents.book import advance, take_turn
from orchestration.watch.incidents.incident import Silence, Step
from orchestration.watch.looking.finding import find_conditions
from orchestration.watch.looking.heartbeats import PAGER, beat
from orchestration.watch.looking.timing import LastGood, read_watched
from orchestration.watch.people.unmanned import nobody_on_duty


@dataclass(frozen=True)
class Evaluation:
    """What one evaluation found.

    Args:
        conditions: How many things are wrong.
        steps: What became of every open incident.
    """

    conditions: int
    steps: list[Step]

    @property
    def told(self) -> int:
        """How many incidents somebody is told of now."""
        return sum(step.telling is not None for step in self.steps)


def evaluate(
    connection: sa.Connection,
    settings: Settings,
    feeds: Iterable[Feed],
    hops: Iterable[Hop],
    clock: Clock,
    *,
    some_are_broken: bool = False,
) -> Evaluation:
    """Look once, and write down what must be told.

    Args:
        connection: In a transaction that ends with this evaluation.
        settings: Where the agency's files are.
        feeds: Every feed whose contract can be read.
        hops: Every hop whose contract can be read.
        clock: What time it is, once it is our turn.
        some_are_broken: Whether contracts are missing only because they cannot be loaded.

    Raises:
        ContractFailure: a file of the agency's is wrong and never was right.
    """
    take_turn(connection)
    now = clock.now()
    files = files_in_force(connection, settings, now)
    watched = read_watched(
        settings.agency_folder,
        files.agency,
        feeds,
        hops,
        some_are_broken=some_are_broken,
        reading=LastGood(connection, settings.agency_folder, now),
    )
    found = find_conditions(connection, watched, now)
    conditions = [*found, *nobody_on_duty(files.roster, now)]
    silences = list(planned_silences(watched.partners, now))
    steps = advance(connection, conditions, now, files.pager.rules, files.write, silences=silences)
    beat(connection, PAGER, now, conditions=len(conditions))
    return Evaluation(len(conditions), steps)


def planned_silences(partners: Iterable[Partner], now: datetime) -> Iterator[Silence]:
    """Partners that are down on purpose now."""
    for partner in partners:
        for begins, ends in partner.downtime:
            if begins <= now < ends:
                yield Silence(partner.name, ends, f"planned downtime of {partner.name}")
