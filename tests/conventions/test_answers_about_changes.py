"""Every key of what is told about changes, locks and backtests is documented."""

import dataclasses

import pytest

from orchestration.flow.backtest import Backtest, Effect, HopEffect
from orchestration.ground.sql import SQL_FOLDER
from orchestration.views.changes import Affected, Change
from orchestration.views.locks import LockRow

PAGE = (SQL_FOLDER.parent / "docs" / "cli.md").read_text()
ANSWERS = (Change, Affected, LockRow, Backtest, HopEffect, Effect)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.__name__)
def test_every_key_of_an_answer_is_documented(answer: type) -> None:
    keys = {field.name for field in dataclasses.fields(answer)}
    undocumented = {key for key in keys if f"`{key}`" not in PAGE}
    assert not undocumented
