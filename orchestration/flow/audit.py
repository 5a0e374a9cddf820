"""Runs a suite against a table: the only module that knows Great Expectations.

It is imported when a suite is first run, because importing it takes seconds. Only counts come
back: a value that breaks an expectation is a person's data and never leaves the database.
"""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from expectations import Expect
from orchestration.ground.failures import ContractFailure

_OF_ROWS = ("ColumnValues", "ColumnPairValues", "CompoundColumns", "SelectColumnValues")
"""How rules begin that each row keeps or breaks: where there is no row, they hold unasked."""


@dataclass(frozen=True)
class CheckResult:
    """What became of one expectation.

    Args:
        expect: The expectation.
        passed: Whether it holds.
        could_not_run: Whether it could not be evaluated at all, which never counts as passed.
        observed: Numbers it saw, never values of rows.
    """

    expect: Expect
    passed: bool
    could_not_run: bool
    observed: dict[str, float] = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        """Whether the batch may not be published."""
        return not self.passed and (self.expect.severity == "MUST" or self.could_not_run)


@cache
def _expectations_library() -> Any:
    """Great Expectations and one context for the life of the process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx  # noqa: PLC0415 - seconds and memory, only where a suite runs

        context = gx.get_context(mode="ephemeral")
    # the library logs values it found; ours are people's
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context.variables.progress_bars = {"globally": False}
    context.variables.analytics_enabled = False
    return gx, context


def check(url: sa.URL, schema: str, table: str, suite: Sequence[Expect]) -> list[CheckResult]:
    """Run a suite on one table.

    A batch without rows keeps every rule about rows; the library is then not even loaded.

    Args:
        url: Our database.
        schema: The table's schema.
        table: The table; it must be committed, the library opens connections of its own.
        suite: What must be true.

    Raises:
        ContractFailure: a statement names a rule or an argument that does not exist.
    """
    if not suite:
        return []
    if all(expect.rule.startswith(_OF_ROWS) for expect in suite) and _is_empty(url, schema, table):
        return [CheckResult(expect, passed=True, could_not_run=False) for expect in suite]
    gx, context = _expectations_library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = context.data_sources.add_or_update_sql(
            f"{schema}.{table}",
            connection_string=url.update_query_dict(
                {"options": f"-csearch_path={schema} -cTimeZone=UTC"}
            ).render_as_string(hide_password=False),
        )
        batch = (
            source.add_table_asset(table, table_name=table)
            .add_batch_definition_whole_table("all")
            .get_batch()
        )
        wanted = gx.ExpectationSuite(name=f"{table}_suite")
        for number, expect in enumerate(suite):
            wanted.add_expectation(_rule(gx, expect, number))
        try:
            answer = batch.validate(wanted, result_format="BOOLEAN_ONLY")
        finally:
            # it keeps two engines, and closes neither by itself
            source.get_execution_engine().close()
            source.get_engine().dispose()
    by_number = {result.expectation_config.meta["number"]: result for result in answer.results}
    return [_result(expect, by_number[number]) for number, expect in enumerate(suite)]


def _is_empty(url: sa.URL, schema: str, table: str) -> bool:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.scalar(sa.text(f"select exists (select from {schema}.{table})"))
    return not found


def _rule(gx: Any, expect: Expect, number: int) -> Any:
    rule = getattr(gx.expectations, f"Expect{expect.rule}", None)
    if rule is None:
        message = f"expectation {expect.name}: there is no rule Expect{expect.rule}"
        raise ContractFailure(message)
    try:
        return rule(**expect.given, meta={"number": number})
    except (TypeError, ValueError) as error:  # pydantic's ValidationError is a ValueError
        message = f"expectation {expect.name}: {type(error).__name__} in its arguments"
        raise ContractFailure(message) from None


def _result(expect: Expect, result: Any) -> CheckResult:
    raised = _raised(result.exception_info)
    numbers = {
        key: float(value)
        for key, value in (result.result or {}).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return CheckResult(expect, bool(result.success) and not raised, raised, numbers)


def _raised(info: Any) -> bool:
    """Whether an exception hides in the result; it may be nested by metric."""
    if not isinstance(info, dict):
        return False
    return bool(info.get("raised_exception")) or any(
        _raised(nested) for nested in info.values() if isinstance(nested, dict)
    )
