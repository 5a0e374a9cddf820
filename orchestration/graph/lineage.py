"""How feeds and hops are drawn: words, owners, clocks and edges of the lineage picture.

Everything here is made from the contracts; nothing runs. What an asset does when it is
materialized is in ``feed_asset`` and ``hop_asset``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.ground.agency import Agency
from orchestration.ground.contracts import AgencyFile, Delimited, Feed, Hop, JsonRecords
from orchestration.ground.durations import in_words
from orchestration.ground.partner_profiles import Partner
from orchestration.partners.routes import Route
from orchestration.watch.looking.freshness import Promise, rests_on_weekends

FEEDS, HOPS, PARTNERS = "feeds", "hops", "partners"
EXCHANGE = "exchange_"
"""What the asset of a partner's exchange begins with."""
FEEDS_RUNBOOK = "docs/runbooks/feeds.md"
FRESH, COMPLETE, HELD_LINES, CONSERVED = "fresh", "complete", "held_lines", "conserved"
AGREED = "agreed"
OWN_CHECKS = frozenset({FRESH, COMPLETE, HELD_LINES, CONSERVED, AGREED})
"""Check names that are ours; no suite may use them."""
_REPOSITORY = Path(__file__).resolve().parents[2]
_LONG_WEEKEND = timedelta(days=3)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Picture:
    """Everything there is to draw.

    Args:
        feeds: Every feed.
        hops: Every hop, upstream first.
        agency: Whose they are.
        partners: Whom we send to.
        routes: How files get there.
    """

    feeds: tuple[Feed, ...]
    hops: tuple[Hop, ...]
    agency: Agency
    partners: tuple[Partner, ...] = ()
    routes: tuple[Route, ...] = ()

    @property
    def subjects(self) -> tuple[Promise, ...]:
        """All that is drawn, and watched."""
        return (*self.feeds, *self.hops, *self.partners)

    def makers(self, table: str) -> tuple[Feed | Hop, ...]:
        """Who fills a table: the feeds that land in it, or the hop that publishes it."""
        place, _, name = table.partition(".")
        if place == "landing":
            bare = name.removesuffix("_now")
            return tuple(feed for feed in self.feeds if feed.table.name == bare)
        return tuple(
            hop
            for hop in self.hops
            if place == "core" and any(target.name == name for target in hop.targets)
        )

    def upstream(self, hop: Hop) -> list[dg.AssetKey]:
        """What a hop stands on."""
        makers = (
            maker.name
            for table in (*hop.takes, *hop.reads)
            for maker in self.makers(table)
            if maker.name != hop.name
        )
        return [dg.AssetKey(name) for name in dict.fromkeys(makers)]


def slug(text: str) -> str:
    """Lower case letters, digits and underscores: what tags and teams may be called."""
    return _NOT_A_WORD.sub("_", text.lower()).strip("_")


def team(role: str) -> str:
    """The owner as Dagster wants it: ``team:evv_coordinator``."""
    return f"team:{slug(role)}"


def clock_of(promise: Feed | Hop) -> dg.FreshnessPolicy:
    """Dagster's own freshness: how long ago it last materialized, whatever day it is.

    It knows no weekends, so what rests then is given a long weekend more. The check called
    ``fresh`` knows them, and old data, stuck records and missing answers besides.
    """
    limits = promise if isinstance(promise, Feed) else promise.timing
    rest = _LONG_WEEKEND if rests_on_weekends(promise) else timedelta(0)
    return dg.FreshnessPolicy.time_window(
        fail_window=limits.fail_after + rest, warn_window=limits.warn_after + rest
    )


def feed_spec(feed: Feed, picture: Picture) -> dg.AssetSpec:
    """A feed as it is drawn."""
    kind = "csv" if isinstance(feed.dialect, Delimited) else "x12"
    kind = "json" if isinstance(feed.dialect, JsonRecords) else kind
    kind = "toml" if isinstance(feed.dialect, AgencyFile) else kind
    return dg.AssetSpec(
        key=feed.name,
        group_name=FEEDS,
        description=_feed_text(feed),
        skippable=True,  # it materializes only when complete rows really came
        owners=[team(feed.owner)],
        kinds={"postgres", kind},
        tags={"agency": slug(picture.agency.name), "record": slug(feed.table.name)},
        freshness_policy=clock_of(feed),
        metadata={
            **_runbook(FEEDS_RUNBOOK),
            "dagster/table_name": f"landing.{feed.table.name}",
            "dagster/column_schema": feed_columns(feed),
            "sent_by": feed.system,
            "file_names": feed.files,
        },
    )


def _feed_text(feed: Feed) -> str:
    basis = feed.window_basis.replace("_", " ")
    zone = "UTC" if feed.time_basis == "utc" else "the agency's local time"
    empty = "a good answer" if feed.empty_allowed else "a fault: the file is quarantined"
    return _sheet(
        feed.meaning,
        {
            "What comes": f"files named `{feed.files}` from {feed.system}; times are {zone}, "
            f"rows are chosen by {basis}. A file without rows is {empty}.",
            "What it becomes": f"rows of `landing.{feed.table.name}`: {feed.table.meaning}",
            "Timing rule": f"normally every {in_words(feed.cadence)}; warned after "
            f"{in_words(feed.warn_after)}, stale after {in_words(feed.fail_after)}"
            + (" of business time." if rests_on_weekends(feed) else "."),
            "Owner": feed.owner,
            "Runbook": f"`{FEEDS_RUNBOOK}`; what was agreed with the sender: "
            f"`docs/feeds/{feed.name}.md`",
        },
    )


def feed_columns(feed: Feed) -> dg.TableSchema:
    """The columns a feed lands, with what they mean; which hold people's data is marked."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.meaning,
                constraints=dg.TableColumnConstraints(nullable=not column.required),
                tags={"personal_data": ""} if column.payload else {},
            )
            for column in feed.table.columns
        ]
    )


def partner_spec(partner: Partner, picture: Picture) -> dg.AssetSpec:
    """A partner as it is drawn: after whatever sends to it. Nothing runs there."""
    expected = {
        reply.rung: f"{reply.expected}, due within {reply.fail.text}"
        if reply.expected == "always"
        else reply.expected
        for reply in partner.replies
    }
    return dg.AssetSpec(
        key=partner.name,
        group_name=PARTNERS,
        deps=_senders(partner, picture),
        description=_sheet(
            partner.meaning,
            {
                "Answers for": ", ".join(partner.payers) or "every payer without a file",
                **{f"Sends {rung}": said for rung, said in expected.items()},
                "Owner": partner.owner,
            },
        ),
        owners=[team(partner.owner)],
        tags={"agency": slug(picture.agency.name)},
    )


def _senders(partner: Partner, picture: Picture) -> list[dg.AssetKey]:
    """What sends to it: its own exchange or that of who takes all others; else the hop itself."""
    routes = {route.sending.partner: route for route in picture.routes}
    shared = [name for name, route in routes.items() if not route.sending.payers]
    names = [partner.name] if partner.name in routes else shared
    if names:
        return [dg.AssetKey(f"{EXCHANGE}{name}") for name in names]
    return [dg.AssetKey(hop.name) for hop in picture.hops if hop.ladder]


def hop_arguments(hop: Hop, picture: Picture) -> Mapping[str, Any]:
    """What ``@dg.asset`` is told about a hop, so that it is drawn as its contract says."""
    timing = hop.timing
    return {
        "name": hop.name,
        "deps": picture.upstream(hop),
        "group_name": HOPS,
        "description": _hop_text(hop, picture),
        "owners": [team(hop.owner)],
        "kinds": {"postgres", "sql"},
        "tags": {
            "agency": slug(picture.agency.name),
            "record": slug(hop.record),
            "checkpoints": f"{hop.checkpoints[0]}-{hop.checkpoints[-1]}",
        },
        "freshness_policy": clock_of(hop),
        "metadata": {
            **_runbook(hop.runbook),
            "dagster/table_name": f"core.{hop.targets[0].name}",
            "schedule": f"{timing.schedule} ({picture.agency.zone})",
            "published_tables": dg.MetadataValue.md(
                "\n".join(f"- `core.{target.name}`: {target.meaning}" for target in hop.targets)
            ),
        },
    }


def _hop_text(hop: Hop, picture: Picture) -> str:
    timing = hop.timing
    business = " of business time" if rests_on_weekends(hop) else ""
    return _sheet(
        hop.meaning,
        {
            "What moves": f"one {hop.record} at a time, through checkpoints "
            f"{hop.checkpoints[0]} to {hop.checkpoints[-1]}. A {hop.record} that breaks a rule "
            "waits here with its reason and its owner; the others go on.",
            "Minimum dataset": ", ".join(hop.minimum_dataset),
            "Timing rule": f"runs at `{timing.schedule}` ({picture.agency.zone}); warned after "
            f"{in_words(timing.warn_after)} and stale after {in_words(timing.fail_after)}"
            f"{business} without a published pass; a {hop.record} nobody takes is stuck after "
            f"{in_words(timing.stuck_after)}.",
            "Owner": hop.owner,
            "Runbook": f"`{hop.runbook}`",
        },
    )


def _sheet(meaning: str, lines: Mapping[str, str]) -> str:
    return "\n\n".join([meaning, *(f"**{word}:** {text}" for word, text in lines.items())])


def _runbook(path: str) -> dict[str, Any]:
    """The runbook itself, to be read where the trouble is seen, and where it is kept."""
    kept = _REPOSITORY / path
    text = kept.read_text() if kept.exists() else f"`{path}`"
    return {"runbook": dg.MetadataValue.md(text), "runbook_path": path}


def landing_checks(feed: Feed) -> tuple[str, ...]:
    """The checks that landing a feed answers."""
    return (COMPLETE, HELD_LINES) if feed.inspect is None else (COMPLETE, HELD_LINES, AGREED)


def checks_without_fresh(names: Sequence[str]) -> dg.AssetSelection:
    """Assets with those of their checks that a run can answer; ``fresh`` is the watch's."""
    keys = [dg.AssetKey(name) for name in names]
    fresh = [dg.AssetCheckKey(key, FRESH) for key in keys]
    return dg.AssetSelection.assets(*keys) - dg.AssetSelection.checks(*fresh)
