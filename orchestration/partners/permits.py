"""Whether a file may go to a partner: what was signed, and what the connection is for."""

from datetime import date

from orchestration.partners.sending import Sending, Usage


def why_withheld(sending: Sending, marked: Usage, today: date) -> str | None:
    """Why a file may not leave, or None when it may.

    Args:
        sending: The partner.
        marked: What the file says it is, in ISA15.
        today: The agency's day.
    """
    agreement = sending.agreement
    if agreement is None:
        return "agreement_missing"
    if not agreement.holds(today):
        return "agreement_not_begun" if today < agreement.signed_on else "agreement_ended"
    if marked == "P" and not agreement.production:
        return "production_not_agreed"
    if marked != sending.usage:
        return "marked_for_production" if marked == "P" else "marked_as_test"
    return None
