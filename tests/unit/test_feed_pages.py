"""A feed's page says what its contract says."""

import dataclasses
from datetime import timedelta
from pathlib import Path

from orchestration.ground.contracts import Column, Delimited, Feed, Hop, Source, Table, Timing
from orchestration.views.feed_pages import feed_pages, write_feed_pages

PARCEL = Table(
    name="parcel",
    key=("parcel_id",),
    version="parcel_version",
    event_at="sent_at",
    meaning="One version of a parcel.",
    columns=(
        Column("parcel_id", "text", "The parcel.", required=True, pattern=r"P[0-9]+|X"),
        Column("parcel_version", "bigint", "Rises.", required=True, at_least=1, at_most=9),
        Column("size", "text", "How large: a|b.", one_of=("small", "large")),
        Column("street", "text", "Where to.", payload=True),
        Column("sent_at", "instant", "When."),
    ),
)
PARCELS = Feed(
    name="parcels",
    meaning="Parcels from the post.",
    system="post",
    table=PARCEL,
    files="parcels_*.csv",
    dialect=Delimited("|"),
    sources={
        "parcel_id": Source("Parcel No"),
        "parcel_version": Source("Rev"),
        "size": Source("Size", {"S": "small", "L": "large"}),
    },
    constants={"street": "nowhere"},
    time_basis="agency_local",
    window_basis="updated_at",
    cadence=timedelta(hours=1),
    owner="Data on-call",
    warn_after=timedelta(hours=26),
    fail_after=timedelta(days=3),
)
SHELVING = Hop(
    name="shelving",
    meaning="Parcels go on the shelf.",
    record="parcel",
    takes=("landing.parcel",),
    reads=(),
    targets=(),
    minimum_dataset=(),
    checkpoints=("P01",),
    timing=Timing("0 * * * *", timedelta(1), timedelta(2), timedelta(3)),
    owner="Data on-call",
)


def page() -> str:
    return feed_pages([PARCELS], [SHELVING])["parcels.md"]


def test_a_page_says_what_was_agreed() -> None:
    text = page()
    for line in (
        "# parcels",
        "Parcels from the post.",
        "| owner | Data on-call |",
        "| comes | every 1 h |",
        "| warns when older than | 1 d 2 h |",
        "| stale when older than | 3 d |",
        "| a file without rows | is quarantined |",
        "| key | `parcel_id`; versions are ordered by `parcel_version` |",
        "| makes records of | `shelving` |",
    ):
        assert line in text


def test_every_column_stands_with_its_rules() -> None:
    text = page()
    for line in (
        r"| `parcel_id` | `Parcel No` | text | yes | `P[0-9]+\|X` |  | The parcel. |",
        "| `parcel_version` | `Rev` | bigint | yes | at least 1, at most 9 |  | Rises. |",
        r"| `size` | `Size` | text |  | `small`, `large` |  | How large: a\|b. |",
        "| `street` | always `nowhere` | text |  |  | payload | Where to. |",
        "| `sent_at` | not sent | instant |  |  |  | When. |",
        "| `size` | `S` | `small` |",
    ):
        assert line in text


def test_no_bar_breaks_a_table() -> None:
    tables = [line for line in page().splitlines() if line.startswith("|")]
    bars = {line.replace(r"\|", "").count("|") for line in tables}
    assert bars <= {3, 4, 8}


def test_a_feed_whose_empty_file_is_good_says_so() -> None:
    quiet = dataclasses.replace(PARCELS, empty_allowed=True)
    assert "is a good answer" in feed_pages([quiet], [])["parcels.md"]


def test_the_list_names_every_feed() -> None:
    assert "[parcels](parcels.md)" in feed_pages([PARCELS], [])["README.md"]


def test_writing_twice_changes_nothing_and_pages_of_gone_feeds_go(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("# gone")
    assert write_feed_pages([PARCELS], [SHELVING], tmp_path) == 3
    assert write_feed_pages([PARCELS], [SHELVING], tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "parcels.md"]
