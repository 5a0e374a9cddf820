"""Asks our own rules about claims: what the guide's maps do not know, no validator would tell.

The rules are tables in ``rules_of_claim``, ``rules_of_line`` and ``rules_of_sender``; a new rule is
a new entry. They look at what would be written, that is at cleaned text.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from orchestration.partners.x12.claim import BillingProvider, Claim, Submitter
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.rule import Rule, Subject
from orchestration.partners.x12.rules_of_claim import CLAIM_RULES
from orchestration.partners.x12.rules_of_line import LINE_RULES, LineOfClaim
from orchestration.partners.x12.rules_of_sender import BILLING_RULES, SUBMITTER_RULES

CLAIM_ID_REPEATED: Final = "claim_id_repeated"
SERVICE_CODE_UNKNOWN: Final = "service_code_unknown"


def own_findings(
    claims: Iterable[Claim],
    *,
    billing: BillingProvider | None = None,
    submitter: Submitter | None = None,
    service_codes: Collection[str] | None = None,
) -> list[Finding]:
    """Everything our own rules hold against these claims, claim by claim.

    ``billing`` and ``submitter`` are judged when given; their findings carry no claim and hold
    the whole batch. ``service_codes`` are the codes the agency bills; none given, none asked.
    """
    found: list[Finding] = []
    if billing is not None:
        found += _against(BILLING_RULES, billing)
    if submitter is not None:
        found += _against(SUBMITTER_RULES, submitter)
    seen: Counter[str] = Counter()
    for claim in claims:
        seen[claim.claim_id] += 1
        found += _claim_findings(claim, service_codes)
    found += [
        Finding("CLM", "CLM01", claim_id, CLAIM_ID_REPEATED, "Send a claim once in a batch.")
        for claim_id, times in seen.items()
        if times > 1
    ]
    return found


def _against(
    rules: Iterable[Rule[Subject]], subject: Subject, claim_id: str = "", line_key: str = ""
) -> Iterator[Finding]:
    for rule in rules:
        if rule.is_broken_by(subject):
            yield Finding(rule.segment, rule.element, claim_id, rule.name, rule.mend, line_key)


def _claim_findings(claim: Claim, service_codes: Collection[str] | None) -> Iterator[Finding]:
    yield from _against(CLAIM_RULES, claim, claim.claim_id)
    for line in claim.lines:
        yield from _against(LINE_RULES, LineOfClaim(claim, line), claim.claim_id, line.line_key)
        if service_codes is not None and line.service_code not in service_codes:
            yield Finding(
                "SV1",
                "SV101-2",
                claim.claim_id,
                SERVICE_CODE_UNKNOWN,
                "The agency does not bill this code: correct it or add it to the list.",
                line.line_key,
            )
