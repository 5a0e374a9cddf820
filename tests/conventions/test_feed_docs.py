"""``docs/feeds`` is what the generator writes, no more and no less."""

from orchestration import assembly
from orchestration.ground.sql import SQL_FOLDER
from orchestration.views.feed_pages import feed_pages

FOLDER = SQL_FOLDER.parent / "docs" / "feeds"


def test_the_pages_are_what_carehops_docs_writes() -> None:
    written = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert written == feed_pages(assembly.feeds(), assembly.hops())
