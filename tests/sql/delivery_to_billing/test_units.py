"""Minutes become units by the payer's rule, and nothing else decides."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.feeds.payer_contracts import UNIT_RULES
from orchestration.ground.database import Database

# the rules again, in plain Python and in other words than the SQL's
ORACLE: dict[str, Callable[[int], int | Decimal]] = {
    "CMS_8MIN": lambda minutes: minutes // 15 + (minutes % 15 >= 8),
    "NEAREST_QUARTER_VISIT": lambda minutes: int(
        (Decimal(minutes) / 15).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    ),
    "FLOOR_15": lambda minutes: len(range(15, minutes + 1, 15)),
    "FLOOR_15_ACCRUE": lambda minutes: len(range(15, minutes + 1, 15)),
    "FLOOR_60_ACCRUE": lambda minutes: len(range(60, minutes + 1, 60)),
    "DAILY_SUM_THEN_ROUND": lambda minutes: len(range(8, minutes + 1, 15)),
    "WHOLE_UNITS_ONLY": lambda minutes: int(Decimal(minutes) / 15),
    "EXACT_DECIMAL": lambda minutes: (Decimal(minutes) / 15).quantize(
        Decimal("0.01"), rounding=ROUND_HALF_UP
    ),
    "PER_VISIT": lambda minutes: 1 if minutes else 0,
    "PER_DIEM": lambda minutes: 1 if minutes else 0,
}

VECTORS: dict[str, dict[int, int | Decimal]] = {
    "CMS_8MIN": {7: 0, 8: 1, 22: 1, 23: 2, 37: 2, 38: 3, 52: 3, 53: 4, 60: 4, 67: 4, 68: 5},
    "NEAREST_QUARTER_VISIT": {7: 0, 8: 1, 52: 3, 53: 4},
    "FLOOR_15": {0: 0, 14: 0, 15: 1, 59: 3, 60: 4},
    "FLOOR_15_ACCRUE": {14: 0, 59: 3, 60: 4},
    "FLOOR_60_ACCRUE": {59: 0, 60: 1, 119: 1, 120: 2},
    "DAILY_SUM_THEN_ROUND": {7: 0, 8: 1, 52: 3, 53: 4},
    "WHOLE_UNITS_ONLY": {0: 0, 14: 0, 50: 3, 60: 4},
    "EXACT_DECIMAL": {0: 0, 10: Decimal("0.67"), 50: Decimal("3.33"), 60: 4},
    "PER_VISIT": {1: 1, 480: 1, 0: 0},
    "PER_DIEM": {1: 1, 480: 1, 0: 0},
}


def units(database: Database, rule: str, minutes: list[int]) -> list[Decimal]:
    with database.engine.connect() as connection:
        return list(
            connection.scalars(
                sa.text(
                    "select core.units_of(minutes, :rule, 1) "
                    "from unnest(cast(:minutes as numeric [])) with ordinality as t (minutes, n) "
                    "order by n"
                ),
                {"rule": rule, "minutes": minutes},
            )
        )


@pytest.mark.parametrize("rule", VECTORS)
def test_known_minutes_give_known_units(module_database: Database, rule: str) -> None:
    minutes = list(VECTORS[rule])
    assert units(module_database, rule, minutes) == list(VECTORS[rule].values())


@pytest.mark.parametrize("rule", ORACLE)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(minutes=st.lists(st.integers(0, 1500), min_size=1, max_size=200))
def test_sql_and_plain_python_agree_on_every_rule(
    module_database: Database, rule: str, minutes: list[int]
) -> None:
    assert units(module_database, rule, minutes) == [ORACLE[rule](one) for one in minutes]


def test_more_minutes_never_give_fewer_units(module_database: Database) -> None:
    for rule in ORACLE:
        answers = units(module_database, rule, list(range(1501)))
        assert answers == sorted(answers)


def test_half_a_quarter_of_an_hour_rounds_up(module_database: Database) -> None:
    with module_database.engine.connect() as connection:
        answer = connection.scalar(
            sa.text("select core.units_of(52.5, 'NEAREST_QUARTER_VISIT', 1)")
        )
    assert answer == 4


@pytest.mark.parametrize(("rule", "version"), [("GUESS", 1), ("FLOOR_15", 2)])
def test_an_unknown_rule_or_wording_gives_no_answer_rather_than_a_wrong_one(
    module_database: Database, rule: str, version: int
) -> None:
    with module_database.engine.connect() as connection:
        asked = {"rule": rule, "version": version}
        found = connection.scalar(sa.text("select core.units_of(60, :rule, :version)"), asked)
    assert found is None


def test_every_rule_a_contract_may_name_is_counted_and_has_an_oracle() -> None:
    assert set(UNIT_RULES) == set(ORACLE) == set(VECTORS)


@pytest.mark.parametrize(
    ("modifiers", "as_set"),
    [
        ("-", []),
        (None, []),
        ("U2;U1", ["U1", "U2"]),
        ("u1; U2", ["U1", "U2"]),
        ("U1;U1", ["U1"]),
    ],
)
def test_modifiers_are_a_set_to_an_authorization(
    module_database: Database, modifiers: str | None, as_set: list[str]
) -> None:
    with module_database.engine.connect() as connection:
        found = connection.scalar(
            sa.text("select core.modifier_set(:modifiers)"), {"modifiers": modifiers}
        )
    assert found == as_set


@pytest.mark.parametrize(
    ("day", "starts_on", "week"),
    [
        ("2026-11-07", 0, "2026-11-01"),  # a Saturday ends a week that began on Sunday
        ("2026-11-08", 0, "2026-11-08"),
        ("2026-11-08", 1, "2026-11-02"),
        ("2026-11-09", 1, "2026-11-09"),
        ("2026-11-07", 6, "2026-11-07"),
    ],
)
def test_an_authorization_week_starts_where_the_payer_says(
    module_database: Database, day: str, starts_on: int, week: str
) -> None:
    with module_database.engine.connect() as connection:
        found = connection.scalar(
            sa.text("select core.week_start(cast(:day as date), :starts_on)"),
            {"day": day, "starts_on": starts_on},
        )
    assert str(found) == week


def test_a_pattern_that_is_none_answers_nothing_and_stops_nobody(
    module_database: Database,
) -> None:
    with module_database.engine.connect() as connection:
        answers = connection.execute(
            sa.text(
                "select core.fits_pattern('123', '[0-9]{3}'), core.fits_pattern('1234', '[0-9]{3}')"
                ", core.fits_pattern('12', '1|12'), core.fits_pattern('1', '[0-9')"
            )
        ).one()
    assert tuple(answers) == (True, False, True, None)
