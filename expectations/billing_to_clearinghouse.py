"""What must be true of the visits of one pass before their claims leave."""

from expectations import MUST, Expect


def _must(name: str, rule: str, because: str, given: dict[str, object]) -> Expect:
    return Expect(name, rule, MUST, because, given)


SUITE = (
    _must(
        "one_row_per_visit",
        "ColumnValuesToBeUnique",
        "A visit on two claims is paid twice and taken back.",
        {"column": "record_id"},
    ),
    _must(
        "claim_named",
        "ColumnValuesToMatchRegex",
        "Partners return 20 characters of a claim's name, no more, and nothing but A-Z and 0-9.",
        {"column": "claim_id", "regex": "^[A-Z0-9]{1,20}$"},
    ),
    _must(
        "never_claimed_before",
        "ColumnValuesToBeInSet",
        "A second claim for the same visit is a duplicate.",
        {"column": "is_claimed", "value_set": [False]},
    ),
    _must(
        "reconciled",
        "ColumnValuesToBeInSet",
        "Only what billing has reconciled, and has not taken back, goes on a claim.",
        {"column": "billing_state", "value_set": ["moved"]},
    ),
    _must(
        "charge_there",
        "ColumnValuesToBeBetween",
        "A claim line without a charge is refused; over $10,000 a visit a rate is in dollars.",
        {"column": "amount_cents", "min_value": 0, "max_value": 1_000_000},
    ),
    _must(
        "payer_addressed",
        "ColumnValuesToNotBeNull",
        "Without the payer's id at the clearinghouse the file goes nowhere.",
        {"column": "payer_edi_id"},
    ),
)
