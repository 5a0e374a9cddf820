"""What may be said of a failure where data people, logs and Dagster read it.

A ``CarehopsFailure`` is written to be read by them and passes as it is. Anything else may quote a
value of a row, so only its type, the database's error code and the place in our own code are said.
"""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import dagster as dg
import psycopg
import sqlalchemy as sa

from orchestration.ground.failures import CarehopsFailure, TransientFailure

RETRIES = dg.RetryPolicy(
    max_retries=3, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
"""For what may pass by itself; a failure that says otherwise is not tried again."""

_HOUSE = Path(__file__).resolve().parents[2]
_PASSING = ("08", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE another try may get over: connection, deadlock, resources, locks."""


Result = TypeVar("Result")


def attempt(work: Callable[[], Result]) -> tuple[Result | None, Exception | None]:
    """Do it; answer with what came of it or with what went wrong, never both.

    A failure raised inside an ``except`` block drags along what it stands for, values and all;
    callers get the error as a value and raise its ``refusal`` where no cause clings to it.
    """
    try:
        return work(), None
    except Exception as error:  # whatever it is, its text must not be raised
        return None, error


def refusal(error: Exception) -> dg.Failure:
    """The failure to raise instead of an error, saying of it only what may be said."""
    if isinstance(error, CarehopsFailure):
        return dg.Failure(str(error), allow_retries=isinstance(error, TransientFailure))
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(error, sa.exc.DBAPIError) or isinstance(cause, psycopg.Error):
        state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
        said = f"the database refused: {type(cause).__name__}, SQLSTATE {state or 'unknown'}"
        lost = state is None and isinstance(cause, psycopg.OperationalError)
        passing = lost or (state or "").startswith(_PASSING)
        return dg.Failure(f"{said}, asked {_place(error)}", allow_retries=passing)
    return dg.Failure(f"unexpected {type(error).__name__}, {_place(error)}", allow_retries=False)


def _place(error: Exception) -> str:
    """Where in this house it happened: file and line only."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_HOUSE) and "site-packages" not in path.parts:
            return f"in {path.relative_to(_HOUSE)}:{frame.lineno}"
    return "outside our own code"
