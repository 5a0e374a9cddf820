"""What landing asks of a database session, and how its failures are told without values."""

from typing import Any, cast

import psycopg
import sqlalchemy as sa

from orchestration.flow.landing.rules import Surroundings
from orchestration.ground.failures import CarehopsFailure, PermanentFailure, TransientFailure

# what the rules and COPY rely on, whatever the server's or the account's own settings are
_PIN = (
    "set local datestyle to 'ISO, YMD'",
    "set local timezone to 'UTC'",
    "set local standard_conforming_strings to on",
)
_SHIFT_DAYS = """
select cast(cast(day + near as date) as text)
from generate_series(timestamp '2000-01-01', timestamp '2060-01-01', interval '1 day') as day
cross join (values (interval '-1 day'), (interval '0'), (interval '1 day')) as around (near)
where (day + interval '1 day') at time zone %(zone)s - day at time zone %(zone)s
    <> interval '24 hours'
group by 1 order by 1
"""
_ZONES = "select name from pg_timezone_names order by name"
_PASSING = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE that another try may get over: connection, deadlock, resources."""


def pin(connection: sa.Connection) -> None:
    """Fix the session's settings for this transaction."""
    for setting in _PIN:
        connection.exec_driver_sql(setting)


def look_around(connection: sa.Connection, zone: str) -> Surroundings:
    """Days on which the zone's clocks change, and the zones there are."""
    days = connection.exec_driver_sql(_SHIFT_DAYS, {"zone": zone}).scalars()
    zones = connection.exec_driver_sql(_ZONES).scalars()
    return Surroundings(zone, tuple(days), tuple(zones))


def drivers_own(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The driver's own connection, for COPY; it is in the same transaction."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def without_values(error: sa.exc.DBAPIError | psycopg.Error, name: str) -> CarehopsFailure:
    """The same failure without the values the database quotes."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    state = getattr(cause, "sqlstate", None)
    message = f"{name} was not landed: the database refused (SQLSTATE {state or 'unknown'})"
    passing = state is None or state.startswith(_PASSING)
    return TransientFailure(message) if passing else PermanentFailure(message)
