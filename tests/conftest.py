"""A real PostgreSQL per run, a clean copy of the finished schema per test or module.

``CAREHOPS_TEST_DATABASE_URL`` names another server to run everything on; by default the embedded
one is started in a temporary folder, in memory where there is room. Each worker makes one template
database; a fresh database is then a copy of it, which takes a fiftieth of a second in memory and
up to a second on a disk.
"""

import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestration.ground import embedded_postgres
from orchestration.ground.database import Database
from orchestration.ground.migrations import migrate
from tests.bench_of_records import Records

ZONE = "America/New_York"
#: Bytes a worker's server may need.
ROOM = 4 * 1024**3


#: The fast test that is under way, if one is.
_fast: list[str] = []


@pytest.fixture(scope="session")
def programs() -> None:
    """Asked for by every test or fixture that starts programs: who asks is slow."""


@pytest.fixture(scope="session")
def sample() -> None:
    """Asked for by every test or fixture that brings a whole sample through: who asks is slow."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"programs", "sample"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if item.get_closest_marker("slow") is None:
        _fast.append(item.nodeid)
    try:
        return (yield)
    finally:
        _fast.clear()


def _refuse_programs(event: str, arguments: tuple[object, ...]) -> None:
    if _fast and event in {"subprocess.Popen", "os.fork", "os.posix_spawn"}:
        message = f"{_fast[0]} starts a program: let it ask for the fixture `programs`"
        raise RuntimeError(message)


sys.addaudithook(_refuse_programs)


@pytest.fixture(scope="session")
def server_url() -> Iterator[sa.URL]:
    """A server the tests may make databases on."""
    named = os.environ.get("CAREHOPS_TEST_DATABASE_URL")
    if named:
        yield sa.make_url(named).set(drivername="postgresql+psycopg")
        return
    home = Path(tempfile.mkdtemp(prefix="carehops-tests-", dir=room_in_memory()))
    home.chmod(0o711)  # the server's account must reach it, or its data would move elsewhere
    server = embedded_postgres.start(home)
    url = sa.make_url(server.url("postgres"))
    wait_for_no_disk(url)
    yield url
    embedded_postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def room_in_memory() -> Path | None:
    """A folder that is no disk, or None where there is none or it is small.

    A pass makes some twenty tables, each of several files: on a disk that is most of its time.
    """
    memory = Path("/dev/shm")
    try:
        return memory if shutil.disk_usage(memory).free > ROOM else None
    except OSError:
        return None


def wait_for_no_disk(url: sa.URL) -> None:
    """A test's server is thrown away: a power cut may cost it everything."""
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"alter system set {setting} = off")
        connection.exec_driver_sql("alter system set max_wal_size = '512MB'")
        connection.exec_driver_sql("select pg_reload_conf()")


@pytest.fixture(scope="session")
def administrator(server_url: sa.URL) -> Iterator[sa.Engine]:
    engine = sa.create_engine(
        server_url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    yield engine
    engine.dispose()


def make_database(administrator: sa.Engine, url: sa.URL, template: str | None) -> str:
    name = f"t_{uuid.uuid4().hex[:12]}"
    source = template or "template0"
    with administrator.connect() as connection:
        # copying files waits for two checkpoints: quick only where nothing waits for the disk
        unsynced = connection.exec_driver_sql("show fsync").scalar() == "off"
        strategy = "file_copy" if unsynced else "wal_log"
        connection.exec_driver_sql(
            f'create database "{name}" template "{source}" strategy {strategy} encoding \'UTF8\''
        )
    return name


def drop_database(administrator: sa.Engine, name: str) -> None:
    with administrator.connect() as connection:
        connection.exec_driver_sql(f'drop database if exists "{name}" with (force)')


def connect(server_url: sa.URL, name: str) -> Database:
    url = server_url.set(database=name)
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        connect_args={"options": "-c TimeZone=UTC -c DateStyle=ISO,YMD"},
        hide_parameters=True,
    )
    return Database(
        engine=engine,
        url=url,
        dagster_url=url.set(drivername="postgresql+psycopg2", database=f"{name}_dagster"),
        version=18,
        embedded=True,
    )


@pytest.fixture(scope="session")
def template(administrator: sa.Engine, server_url: sa.URL) -> Iterator[str]:
    """A database with every migration and landing table in it, to copy from."""
    # assembled here, not imported on top: unit tests need none of it
    from datetime import date

    from orchestration import assembly
    from orchestration.flow import ledger
    from orchestration.flow.landing.tables import ensure_tables
    from orchestration.ground.calendar import fill_calendar

    name = make_database(administrator, server_url, None)
    database = connect(server_url, name)
    migrate(database.engine)
    with database.transaction() as connection:
        ensure_tables(connection, assembly.tables())
        ledger.register_hops(connection, assembly.hops())
        fill_calendar(connection, date(2026, 11, 22))
    database.engine.dispose()
    yield name
    drop_database(administrator, name)


def _copy(administrator: sa.Engine, server_url: sa.URL, template: str) -> Iterator[Database]:
    name = make_database(administrator, server_url, template)
    database = connect(server_url, name)
    yield database
    database.engine.dispose()
    drop_database(administrator, name)


@pytest.fixture
def database(administrator: sa.Engine, server_url: sa.URL, template: str) -> Iterator[Database]:
    """A clean database for one test."""
    yield from _copy(administrator, server_url, template)


@pytest.fixture(scope="module")
def module_database(
    administrator: sa.Engine, server_url: sa.URL, template: str
) -> Iterator[Database]:
    """A clean database for the tests of one module, for tests that only read what one pass did."""
    yield from _copy(administrator, server_url, template)


@pytest.fixture
def records(database: Database, tmp_path: Path) -> Records:
    """Put rows into landing tables, run hops over them, look where records stand."""
    return Records(database, tmp_path)


def copy_of(administrator: sa.Engine, server_url: sa.URL, records: Records) -> Iterator[Records]:
    """The bench on a copy of its database, as it is by now."""
    records.database.engine.dispose()  # nobody may be in a database that is copied
    for database in _copy(administrator, server_url, str(records.database.url.database)):
        yield records.beside(database)


@pytest.fixture(scope="module")
def module_records(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """The same for a whole module."""
    return Records(module_database, tmp_path_factory.mktemp("records"))
