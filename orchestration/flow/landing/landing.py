"""The front door: one file, or everything in the drop folder, in one transaction each.

Bytes are kept first, under their sha256. Then rows, held lines, the file's own line, its arrival
and the hops' queues are written together or not at all. A crash leaves the state before or after.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from orchestration.flow.landing import register
from orchestration.flow.landing.clearing import clear_leftovers
from orchestration.flow.landing.load import Load, Loaded
from orchestration.flow.landing.manifest import check_manifest, read_manifest
from orchestration.flow.landing.own_files import own_files
from orchestration.flow.landing.readers import ReadX12, open_reader
from orchestration.flow.landing.receive import GONE, LARGEST_FILE, Received, receive, safe_name
from orchestration.flow.landing.rules import Surroundings
from orchestration.flow.landing.session import drivers_own, look_around, pin, without_values
from orchestration.flow.landing.stops import Quarantined, Refused
from orchestration.flow.landing.sweep import sweep_drop
from orchestration.flow.landing.verdict import Verdict, landed, seen_before, stopped
from orchestration.ground.clock import Clock
from orchestration.ground.contracts import Feed
from orchestration.ground.failures import ContractFailure

HandOn = Callable[[sa.Connection, str, int], object]

SETTLE_SECONDS = 1.0


@dataclass(frozen=True)
class Landing:
    """Lands files.

    Args:
        engine: Our database.
        feeds: Every feed.
        kept: Where received bytes are kept.
        clock: Tells when.
        zone: The agency's zone.
        hand_on: Told, inside the transaction, which table gained rows by which file.
        read_x12: Reads a partner's reply into rows.
        largest: Bytes above which a file is not taken.
        agency: The agency's own folder, or None when nothing is taken from it.
    """

    engine: sa.Engine
    feeds: tuple[Feed, ...]
    kept: Path
    clock: Clock
    zone: str
    hand_on: HandOn
    read_x12: ReadX12 | None = None
    largest: int = LARGEST_FILE
    agency: Path | None = None
    _around: list[Surroundings] = field(default_factory=list, repr=False, compare=False)

    def land(self, path: Path, feed: str | None = None) -> Verdict:
        """Take one file; it stays where it is.

        Args:
            path: The file.
            feed: Name of its feed, when its name does not tell.

        Raises:
            ContractFailure: there is no such feed.
            TransientFailure: database or disk would not; nothing was landed.
            PermanentFailure: the same, and another try cannot help.
        """
        return self._take(path, self._named(feed) if feed is not None else None)

    def land_within(self, connection: sa.Connection, path: Path) -> Verdict:
        """Take one file in the caller's own transaction, which may be taken back."""
        received = receive(path, self.kept, self.largest)
        return self._land(connection, path, received, None, self.clock.now())

    def feed_of(self, path: Path) -> Feed:
        """The feed that claims a file by its name.

        Raises:
            ContractFailure: none does, or several do.
        """
        try:
            return self._governing(path.name)
        except Quarantined as why:
            message = f"{path.name}: {why}"
            raise ContractFailure(message) from None

    def sweep(
        self,
        drop: Path,
        settle_seconds: float = SETTLE_SECONDS,
        feeds: Collection[str] | None = None,
    ) -> list[Verdict]:
        """Take everything in the drop folder that nobody is writing to, oldest first.

        What is landed, seen before or quarantined leaves the folder: its bytes are kept. What
        is refused stays, and the reason is written down once. Files the agency keeps in its own
        folder come first and stay there; they are taken when they have changed.

        Args:
            drop: The folder.
            settle_seconds: Files touched less than so long ago are looked at twice, so long
                apart, and left for the next time if they changed.
            feeds: Names of the feeds whose files are taken, the others stay; None takes
                everything, also what no feed claims.
        """
        clear_leftovers(self.kept)
        globs = [feed.files for feed in self.feeds if feed.name in (feeds or ())]
        return self.take_own(feeds) + sweep_drop(
            drop,
            settle_seconds,
            lambda path: self._take(path, None, once=True),
            lambda name: feeds is None or any(fnmatchcase(name, glob) for glob in globs),
        )

    def take_own(self, feeds: Collection[str] | None = None) -> list[Verdict]:
        """Take what the agency changed in its own folder; the files stay where they are."""
        return [
            self._take(path, feed, once=True)
            for feed, path in self.changed_own()
            if feeds is None or feed.name in feeds
        ]

    def changed_own(self) -> list[tuple[Feed, Path]]:
        """Files in the agency's own folder that say what they have not said before."""
        found = own_files(self.agency, self.feeds)
        with self.engine.connect() as connection:
            known = register.known_contents(connection, [sha256 for *_, sha256 in found])
        return [(feed, path) for feed, path, sha256 in found if sha256 not in known]

    def _named(self, name: str) -> Feed:
        for feed in self.feeds:
            if feed.name == name:
                return feed
        names = [feed.name for feed in self.feeds]
        near = get_close_matches(name, names, 1) or names
        message = f"no feed is called {name!r}; did you mean {' or '.join(near)}?"
        raise ContractFailure(message)

    def _take(self, path: Path, feed: Feed | None, *, once: bool = False) -> Verdict:
        at = self.clock.now()
        try:
            received = receive(path, self.kept, self.largest)
        except Refused as refused:
            why = refused  # the name ends with the block
            return self._transaction(
                safe_name(path.name),
                lambda connection: self._refuse(connection, path, why, at, once=once),
            )
        return self._transaction(
            received.name, lambda connection: self._land(connection, path, received, feed, at)
        )

    def _refuse(
        self, connection: sa.Connection, path: Path, why: Refused, at: datetime, *, once: bool
    ) -> Verdict:
        name = safe_name(path.name)
        if not (once and (why.code == GONE or register.was_refused(connection, name, why.code))):
            register.write_arrival(connection, "refused", name, at, code=why.code)
        return stopped("refused", name, why)

    def _land(
        self,
        connection: sa.Connection,
        path: Path,
        received: Received,
        feed: Feed | None,
        at: datetime,
    ) -> Verdict:
        claimed = register.claim(connection, received, at)
        if claimed.landed_as is not None:
            register.write_arrival(
                connection,
                "already_seen",
                received.name,
                at,
                feed=claimed.feed,
                file_id=claimed.file_id,
            )
            return seen_before(
                received.name,
                received.sha256,
                claimed.file_id,
                feed=claimed.feed,
                first=claimed.landed_as,
            )
        manifest: dict[str, Any] | None = None
        try:
            feed = feed or self._governing(path.name)
            manifest = read_manifest(path)
            with connection.begin_nested():
                check_manifest(manifest or {}, path, received, feed)
                loaded = self._load(connection, feed, received, claimed.file_id, manifest or {})
        except Quarantined as why:
            name = feed.name if feed else None
            register.write_quarantined(
                connection, claimed, received, feed=name, why=why, manifest=manifest, at=at
            )
            register.write_arrival(
                connection,
                "quarantined",
                received.name,
                at,
                feed=name,
                file_id=claimed.file_id,
                code=why.code,
            )
            return stopped(
                "quarantined",
                received.name,
                why,
                feed=name,
                sha256=received.sha256,
                file_id=claimed.file_id,
            )
        landed_at = self.clock.now()
        register.write_landed(
            connection,
            claimed,
            received,
            feed=feed.name,
            loaded=loaded,
            manifest=manifest,
            at=at,
            landed_at=landed_at,
        )
        register.write_arrival(
            connection, "landed", received.name, at, feed=feed.name, file_id=claimed.file_id
        )
        self.hand_on(connection, f"landing.{feed.table.name}", claimed.file_id)
        return landed(
            received.name,
            received.sha256,
            claimed.file_id,
            feed=feed.name,
            counts=(loaded.rows, loaded.held, loaded.repeated),
        )

    def _load(
        self,
        connection: sa.Connection,
        feed: Feed,
        received: Received,
        file_id: int,
        manifest: dict[str, Any],
    ) -> Loaded:
        reader = open_reader(feed, received, self.read_x12, connection)
        load = Load(
            feed, reader, self._surroundings(connection), file_id, self.clock.now(), manifest
        )
        return load.run(drivers_own(connection))

    def _governing(self, name: str) -> Feed:
        claiming = [feed for feed in self.feeds if fnmatchcase(name, feed.files)]
        if len(claiming) == 1:
            return claiming[0]
        several = "several feeds claim" if claiming else "no feed claims"
        raise Quarantined(
            "UNGOVERNED-FEED",
            f"{several} files of this name, so nobody says what it must hold",
            "Land it with --feed if it belongs to one, or write a contract for it.",
            reason_class="UNGOVERNED_FEED",
        )

    def _surroundings(self, connection: sa.Connection) -> Surroundings:
        if not self._around:
            self._around.append(look_around(connection, self.zone))
        return self._around[0]

    def _transaction(self, name: str, work: Callable[[sa.Connection], Verdict]) -> Verdict:
        try:
            with self.engine.begin() as connection:
                pin(connection)
                return work(connection)
        except (sa.exc.DBAPIError, psycopg.Error) as error:
            failure = without_values(error, name)
        raise failure  # outside the block: what the database quotes is not carried along
