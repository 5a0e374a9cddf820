"""What may be said of a failure where data people, logs and Dagster read it.

A ``CarehopsFailure`` is written to be read by them and passes as it is.
"""

from collections.abc import Callable
from typing import TypeVar

import dagster as dg

from orchestration.ground.failures import CarehopsFailure, TransientFailure
from orchestration.ground.unforeseen import is_of_the_database, may_pass, said_of

RETRIES = dg.RetryPolicy(
    max_retries=3, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
"""For what may pass by itself; a failure that says otherwise is not tried again."""

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
    what = "the database refused: " if is_of_the_database(error) else "unexpected "
    return dg.Failure(f"{what}{said_of(error)}", allow_retries=may_pass(error))
