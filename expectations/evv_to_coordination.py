"""What must be true of the visits of one pass before coordination may see them."""

from expectations import MUST, SHOULD, Expect


def _must(name: str, rule: str, because: str, given: dict[str, object]) -> Expect:
    return Expect(name, rule, MUST, because, given)


def _of(column: str, because: str, name: str = "there", rule: str = "NotBeNull") -> Expect:
    return _must(f"{column}_{name}", f"ColumnValuesTo{rule}", because, {"column": column})


SUITE = (
    _of("record_id", "Two rows for one visit are two bills.", "once", "BeUnique"),
    _of("service_code", "First EVV element: what was done."),
    _of("client_id", "Second EVV element: who received it."),
    _of("service_date", "Third EVV element: on which day."),
    _of("location_type", "Fourth EVV element: where."),
    _of("caregiver_id", "Fifth EVV element: who gave it."),
    _must(
        "end_after_start",
        "ColumnPairValuesAToBeGreaterThanB",
        "Sixth EVV element, when: a visit that ends before it starts has no units.",
        {"column_A": "effective_out_at", "column_B": "effective_in_at"},
    ),
    _must(
        "minutes_within_a_day_and_an_hour",
        "ColumnValuesToBeBetween",
        "Beyond 25 hours a clock or a zone was misread for the whole batch.",
        {"column": "minutes", "min_value": 0, "max_value": 1500},
    ),
    Expect(
        name="visits_are_over",
        rule="ColumnValuesToBeInSet",
        severity=SHOULD,
        because="A visit that ends in the future usually means local time was read as UTC.",
        given={"column": "has_ended", "value_set": [True]},
    ),
    Expect(
        name="few_times_typed_by_hand",
        rule="ColumnValuesToBeBetween",
        severity=SHOULD,
        because="Over a quarter typed by hand in a large pass: an EVV outage, or worse.",
        given={"column": "manual_share", "max_value": 0.25},
    ),
)
