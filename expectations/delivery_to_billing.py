"""What must be true of the visits of one pass before they may be billed."""

from expectations import MUST, SHOULD, Expect


def _must(name: str, rule: str, because: str, given: dict[str, object]) -> Expect:
    return Expect(name, rule, MUST, because, given)


SUITE = (
    _must(
        "one_row_per_visit",
        "ColumnValuesToBeUnique",
        "Two rows for one visit are two bills.",
        {"column": "record_id"},
    ),
    _must(
        "units_within_a_day",
        "ColumnValuesToBeBetween",
        "No unit is not billable; more than 25 hours of quarters means a clock was misread.",
        {"column": "units", "min_value": 0.01, "max_value": 100},
    ),
    _must(
        "charge_there",
        "ColumnValuesToBeBetween",
        "A line without a price cannot be sent; over $10,000 a visit a rate is in dollars.",
        {"column": "amount_cents", "min_value": 0, "max_value": 1_000_000},
    ),
    _must(
        "days_over",
        "ColumnPairValuesAToBeGreaterThanB",
        "A day still running has visits that are not in yet.",
        {"column_A": "today", "column_B": "service_date"},
    ),
    _must(
        "settled_upstream",
        "ColumnValuesToBeInSet",
        "Only visits that stand in coordination as they are here may be billed.",
        {"column": "coordination_state", "value_set": ["moved"]},
    ),
    Expect(
        name="mostly_planned_with_a_care_plan",
        rule="ColumnValuesToNotBeNull",
        severity=SHOULD,
        because="Visits without a plan in force are the first an audit asks about.",
        given={"column": "plan_version", "mostly": 0.5},
    ),
)
