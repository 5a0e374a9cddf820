"""What may be said of a failure nobody foresaw, where people, logs and Dagster read it.

Its own text may quote a value of a row, so only its type, the database's error code and the place
in our own code are said.
"""

import traceback
from pathlib import Path

import psycopg
import sqlalchemy as sa

_HOUSE = Path(__file__).resolve().parents[2]
_PASSING = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE another try may get over: connection, deadlock, resources, locks."""


def said_of(error: Exception) -> str:
    """Type, error code and place: ``IntegrityError, SQLSTATE 23514, in orchestration/…:30``."""
    code = f", SQLSTATE {_state(error) or 'unknown'}" if is_of_the_database(error) else ""
    return f"{type(_cause(error)).__name__}{code}, {_place(error)}"


def is_of_the_database(error: Exception) -> bool:
    """Whether the database refused something, through whichever driver."""
    return isinstance(error, sa.exc.DBAPIError | psycopg.Error)


def may_pass(error: Exception) -> bool:
    """Whether the database may say otherwise when it is asked again."""
    if not is_of_the_database(error):
        return False
    state = _state(error)
    lost = state is None and isinstance(_cause(error), psycopg.OperationalError)
    return lost or (state or "").startswith(_PASSING)


def _cause(error: Exception) -> BaseException:
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        return error.orig
    return error


def _state(error: Exception) -> str | None:
    cause = _cause(error)
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)


def _place(error: Exception) -> str:
    """Where in this house it happened: file and line only."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_HOUSE) and "site-packages" not in path.parts:
            return f"in {path.relative_to(_HOUSE)}:{frame.lineno}"
    return "outside our own code"
