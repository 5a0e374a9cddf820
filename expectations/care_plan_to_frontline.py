"""What must be true of the plan deliveries that leave one pass as acknowledged and confirmed."""

from expectations import MUST, SHOULD, Expect


def _there(column: str, because: str) -> Expect:
    return Expect(f"{column}_there", "ColumnValuesToNotBeNull", MUST, because, {"column": column})


def _not_before(later: str, earlier: str, because: str) -> Expect:
    return Expect(
        name=f"{later}_not_before_{earlier}",
        rule="ColumnPairValuesAToBeGreaterThanB",
        severity=SHOULD,
        because=because,
        given={
            "column_A": later,
            "column_B": earlier,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    )


SUITE = (
    Expect(
        name="one_row_per_plan_version_and_caregiver",
        rule="CompoundColumnsToBeUnique",
        severity=MUST,
        because="Two rows for one caregiver hide which one was acknowledged.",
        given={"column_list": ["plan_id", "plan_version", "caregiver_id"]},
    ),
    _there("client_id", "A list without its client cannot be shown to anybody."),
    _there("entered_at", "The clock of the whole hop starts when the change was entered."),
    _there("tasks", "An empty list tells the caregiver to do nothing."),
    Expect(
        name="only_caregivers_are_told",
        rule="ColumnValuesToBeInSet",
        severity=MUST,
        because="A version nobody has a visit on is excluded; it cannot have been acknowledged.",
        given={"column": "is_pair", "value_set": [True]},
    ),
    _not_before("delivered_at", "entered_at", "Delivered before it was written: a clock is off."),
    _not_before("acknowledged_at", "delivered_at", "Read before it arrived: a clock is off."),
    _not_before("confirmed_at", "acknowledged_at", "Confirmed unread: nothing was confirmed."),
)
