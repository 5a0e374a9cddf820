"""One PostgreSQL: the embedded one by default, any other by its URL.

Two databases live on the server: ours, and Dagster's own beside it (``<name>_dagster``). Our work
uses psycopg 3; Dagster's storage needs psycopg2, whatever driver the URL names.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from orchestration.ground import embedded_postgres
from orchestration.ground.failures import SetUpFailure
from orchestration.ground.settings import Settings

FLOOR = 16
"""Oldest PostgreSQL major version the SQL here runs on."""


@dataclass(frozen=True)
class Database:
    """A reachable server with both databases on it.

    Args:
        engine: Connections to our own database.
        url: The same as a URL, for those who open connections of their own.
        dagster_url: Dagster's database, in the driver Dagster needs.
        version: Major version of the server.
        embedded: Whether we started it ourselves.
    """

    engine: sa.Engine
    url: sa.URL
    dagster_url: sa.URL
    version: int
    embedded: bool

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose work is committed when the block ends well, and only then."""
        with self.engine.begin() as connection:
            yield connection


def open_database(settings: Settings, say: Callable[[str], None] = lambda _: None) -> Database:
    """Join the server, starting the embedded one if need be, and see that both databases exist.

    Raises:
        SetUpFailure: the server cannot be reached, is too old, or refuses to make a database.
    """
    if settings.database_url is None:
        settings.home.mkdir(parents=True, exist_ok=True)
        server = embedded_postgres.start(settings.home, environ=settings.environ, say=say)
        url = sa.make_url(server.url("carehops"))
    else:
        url = sa.make_url(settings.database_url).set(drivername="postgresql+psycopg")
    beside = url.set(database=f"{url.database}_dagster")
    version = _make_databases(url, beside)
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        # 18's default formats, whatever the server's or the account's own settings are, and the
        # price of a look-up by key on the disks of today
        connect_args={
            "options": "-c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=postgres "
            "-c random_page_cost=1.1"
        },
        # values never appear in an exception's text
        hide_parameters=True,
    )
    return Database(
        engine=engine,
        url=url,
        dagster_url=beside.set(drivername="postgresql+psycopg2"),
        version=version,
        embedded=settings.database_url is None,
    )


def _make_databases(*urls: sa.URL) -> int:
    """Create what is missing; answer with the server's major version."""
    server = sa.create_engine(
        urls[0].set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    try:
        with server.connect() as connection:
            version = int(connection.scalar(sa.text("show server_version_num")) or 0) // 10000
            if version < FLOOR:
                message = (
                    f"PostgreSQL {version} is too old; Carehops needs {FLOOR} or newer. "
                    "Point CAREHOPS_DATABASE_URL at a newer server, or unset it."
                )
                raise SetUpFailure(message)
            for url in urls:
                _make_database(connection, str(url.database))
    except sa.exc.OperationalError:
        message = (
            f"no database answers at {urls[0].render_as_string(hide_password=True)}. Is the server "
            "up, and do account and password fit? `carehops doctor` looks closer."
        )
        raise SetUpFailure(message) from None
    finally:
        server.dispose()
    return version


def _make_database(connection: sa.Connection, name: str) -> None:
    known = sa.text("select 1 from pg_database where datname = :name")
    if connection.scalar(known, {"name": name}):
        return
    quoted = connection.dialect.identifier_preparer.quote_identifier(name)
    try:
        connection.exec_driver_sql(f"create database {quoted} encoding 'UTF8' template template0")
    except sa.exc.ProgrammingError:
        if connection.scalar(known, {"name": name}):
            return  # somebody else was quicker
        message = f"the account may not create database {name}; create it, then run this again"
        raise SetUpFailure(message) from None
