"""Defects of those who send: the agency that is paid and whoever submits the file."""

from typing import Final

from orchestration.partners.x12.claim import BillingProvider, Submitter
from orchestration.partners.x12.rule import Rule
from orchestration.partners.x12.shapes import (
    LONGEST_LAST_NAME,
    is_npi,
    is_phone,
    is_sendable,
    is_sendable_address,
    is_state,
    is_tax_id,
    is_taxonomy,
    is_zip,
    names_post_box,
)

LONG_ZIP: Final = 9

BILLING_RULES: Final[tuple[Rule[BillingProvider], ...]] = (
    Rule(
        "billing_npi_missing",
        "NM1",
        "NM109",
        "The agency needs an NPI or, as an atypical provider, the payer's own number.",
        lambda billing: not billing.npi and not billing.secondary_id,
    ),
    Rule(
        "billing_npi_check_digit_wrong",
        "NM1",
        "NM109",
        "The agency's NPI is mistyped.",
        lambda billing: bool(billing.npi and not is_npi(billing.npi)),
    ),
    Rule(
        "billing_taxonomy_malformed",
        "PRV",
        "PRV03",
        "A taxonomy code has ten characters and ends in X.",
        lambda billing: not is_taxonomy(billing.taxonomy),
    ),
    Rule(
        "billing_tax_id_malformed",
        "REF",
        "REF02",
        "A tax number has nine digits and no dash.",
        lambda billing: not is_tax_id(billing.tax_id),
    ),
    Rule(
        "billing_zip_not_nine_digits",
        "N4",
        "N403",
        "The agency's ZIP code needs all nine digits.",
        lambda billing: (
            not is_zip(billing.address.zip_code) or len(billing.address.zip_code) != LONG_ZIP
        ),
    ),
    Rule(
        "billing_address_is_post_box",
        "N3",
        "N301",
        "The agency's address must be a street; a post box belongs in the pay-to address.",
        lambda billing: names_post_box(billing.address),
    ),
    Rule(
        "billing_address_unsendable",
        "N3",
        "N301",
        "Street and city must be there, of at most 55 and 30 characters.",
        lambda billing: not is_sendable_address(billing.address),
    ),
    Rule(
        "billing_state_unknown",
        "N4",
        "N402",
        "The state has two letters, as the post office writes it.",
        lambda billing: not is_state(billing.address.state),
    ),
    Rule(
        "billing_name_unsendable",
        "NM1",
        "NM103",
        "The agency's name is blank in plain letters or longer than 60 characters.",
        lambda billing: not is_sendable(billing.name, LONGEST_LAST_NAME),
    ),
    Rule(
        "billing_phone_malformed",
        "PER",
        "PER04",
        "A telephone number has ten digits and no dashes.",
        lambda billing: billing.contact is not None and not is_phone(billing.contact.phone),
    ),
)

SUBMITTER_RULES: Final[tuple[Rule[Submitter], ...]] = (
    Rule(
        "submitter_phone_malformed",
        "PER",
        "PER04",
        "A telephone number has ten digits and no dashes.",
        lambda submitter: not is_phone(submitter.contact.phone),
    ),
)
