"""All that is watched: feeds, hops and partners under the agency's own calendar and timing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from orchestration.ground.business_time import WorkingTime
from orchestration.ground.contracts import Feed, Hop, X12Replies
from orchestration.ground.failures import FileRefused
from orchestration.ground.partner_profiles import Partner
from orchestration.watch.looking.condition_files import arrays_of
from orchestration.watch.looking.freshness import Promise


@dataclass(frozen=True)
class Watched:
    """All that is watched.

    Args:
        feeds: Every feed whose contract can be read.
        hops: Every hop whose contract can be read.
        partners: Every partner.
        calendar: The agency's business days.
        some_are_broken: Whether contracts are missing only because they cannot be loaded.
        refused: What is wrong with the agency's files as they lie there now.
    """

    feeds: tuple[Feed, ...]
    hops: tuple[Hop, ...]
    partners: tuple[Partner, ...]
    calendar: WorkingTime
    some_are_broken: bool = False
    refused: tuple[FileRefused, ...] = ()

    @property
    def subjects(self) -> tuple[Promise, ...]:
        """All of them."""
        return (*self.feeds, *self.hops, *self.partners)

    def binds(self, now: datetime) -> dict[str, Any]:
        """What the queries of conditions are handed."""
        return {"now": now, "zone": self.calendar.zone.key, **self._arrays}

    @cached_property
    def _arrays(self) -> dict[str, Any]:
        feeds: list[Mapping[str, Any]] = [
            {**vars(feed), "old_after": feed.old_after or feed.fail_after} for feed in self.feeds
        ]
        hops: list[Mapping[str, Any]] = [
            {"name": hop.name, "owner": hop.owner, **vars(hop.timing)} for hop in self.hops
        ]
        payers: list[Mapping[str, Any]] = [
            {"payer_id": payer, "partner": partner.name, "lock_days": partner.lock_days}
            for partner in self.partners
            for payer in partner.payers
        ]
        partners: list[Mapping[str, Any]] = [vars(partner) for partner in self.partners]
        return (
            arrays_of("feed", feeds)
            | arrays_of("hop", hops)
            | arrays_of("partner", partners)
            | arrays_of("payer", payers)
        )

    @cached_property
    def upstream(self) -> dict[str, tuple[str, ...]]:
        """What each hop and partner stands on, nearest first."""
        above = {hop.name: self._makers(hop) for hop in self.hops}
        answers = [feed.name for feed in self.feeds if isinstance(feed.dialect, X12Replies)]
        sending = [hop.name for hop in self.hops if hop.ladder]
        # a partner's silence is explained by what sends to it and what hears it, no farther
        beyond = {partner.name: (*answers, *sending) for partner in self.partners}
        return beyond | {name: _all_above(name, above) for name in above}

    def _makers(self, hop: Hop) -> list[str]:
        """Feeds and hops that fill the tables a hop takes from or reads."""
        tables = dict.fromkeys((*hop.takes, *hop.reads))
        made = {
            f"core.{target.name}": other.name for other in self.hops for target in other.targets
        }
        found = [
            maker
            for table in tables
            for maker in [
                *(feed.name for feed in self.feeds if f"landing.{feed.table.name}" == table),
                *([made[table]] if made.get(table, hop.name) != hop.name else []),
            ]
        ]
        return [*([hop.follows] if hop.follows else []), *found]


def _all_above(name: str, above: Mapping[str, list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    level = above[name]
    while level:
        new = [each for each in dict.fromkeys(level) if each not in found and each != name]
        found |= dict.fromkeys(new)
        level = [upper for each in new for upper in above.get(each, [])]
    return tuple(found)
