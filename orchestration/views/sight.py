"""What a view looks at: one connection, the contracts, and the present instant.

Views only read. They know hops, feeds and kinds of ids from contracts, none of them by name, and
never read a column that holds a person's data.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestration.ground.code_words import CodeWords, our_words
from orchestration.ground.contracts import Feed, Hop
from orchestration.ground.failures import ContractFailure
from orchestration.ground.partner_profiles import Partner
from orchestration.ground.sql import SqlLibrary

OPEN = ("held", "waiting")
"""States of a record that stands still at a hop."""


@dataclass(frozen=True)
class Sight:
    """Everything a question needs.

    Args:
        connection: To our database.
        hops: All hops, upstream first.
        feeds: All feeds.
        library: The SQL, for the texts in edits' heads.
        now: The present instant.
        zone: The agency's zone, for times people read.
        words: For the codes of replies.
        partners: Who answers what we send, and by when.
    """

    connection: sa.Connection
    hops: tuple[Hop, ...]
    feeds: tuple[Feed, ...]
    library: SqlLibrary
    now: datetime
    zone: str
    words: CodeWords = field(default_factory=our_words)
    partners: tuple[Partner, ...] = ()

    @cached_property
    def hop_names(self) -> list[str]:
        """Names of all hops, upstream first."""
        return [hop.name for hop in self.hops]

    def place(self, hop: str) -> int:
        """Where a hop stands among all; one that is no more comes last."""
        return self.hop_names.index(hop) if hop in self.hop_names else len(self.hops)

    def hop(self, name: str) -> Hop:
        """The hop of that name.

        Raises:
            ContractFailure: there is none; the message lists those there are.
        """
        for hop in self.hops:
            if hop.name == name:
                return hop
        message = f"no hop is called {name!r}; there are {', '.join(self.hop_names)}"
        raise ContractFailure(message)

    def feed(self, name: str) -> Feed:
        """The feed of that name.

        Raises:
            ContractFailure: there is none; the message lists those there are.
        """
        for feed in self.feeds:
            if feed.name == name:
                return feed
        known = ", ".join(feed.name for feed in self.feeds)
        message = f"no feed is called {name!r}; there are {known}"
        raise ContractFailure(message)

    def followers(self, name: str) -> tuple[Hop, ...]:
        """Hops a record goes on to from this one."""
        return tuple(hop for hop in self.hops if hop.follows == name)

    def takers(self, table: str) -> tuple[Hop, ...]:
        """Hops that make records of a table's rows."""
        return tuple(hop for hop in self.hops if table in hop.takes)

    def local(self, instant: datetime) -> str:
        """An instant as the agency's people say it: ``20 Nov 2026 12:00 EST``."""
        there = instant.astimezone(ZoneInfo(self.zone))
        return f"{there.day} {there:%b %Y %H:%M %Z}"

    def rows(self, sql: str, **binds: object) -> list[sa.Row[Any]]:
        """Rows of a query; values travel as binds."""
        return list(self.connection.execute(sa.text(sql), binds))
