"""Every code of the four hops, with its checkpoint and the state it keeps a record in.

Written down here by hand, so that the truth knows which of several reasons stops a record without
asking the product; a test compares the list with the edits that are there.
"""

from dataclasses import dataclass

from assets.sample.kinds import HOP_1, HOP_2, HOP_3, HOP_4


@dataclass(frozen=True)
class Code:
    """Where a code stops a record and how it stands there."""

    checkpoint: str
    state: str = "held"


def _codes(checkpoints: dict[str, str], others: dict[str, str]) -> dict[str, Code]:
    return {
        code: Code(checkpoint, others.get(code, "held"))
        for checkpoint, codes in checkpoints.items()
        for code in codes.split()
    }


CODES: dict[str, dict[str, Code]] = {
    HOP_1: _codes(
        {
            "V02": "EVV-CANCELLED EVV-BAD-ZONE",
            "V03": "EVV-UNKNOWN-CLIENT EVV-UNKNOWN-STAFF MAP-PAYER MAP-NEAR-MISS MAP-VERSION",
            "V04": "EVV-NO-SERVICE EVV-NO-IN EVV-NO-OUT EVV-TIME-ORDER",
            "V05": "EVV-TOO-LONG EVV-NO-MEDICAID-ID EVV-MANUAL-NO-REASON EVV-DUP PERM-VISIT-EDIT "
            "EVV-WINDOW-CLOSED EVV-GPS EVV-BILLTIME-WIDENED EVV-PHONE-UNLINKED EVV-EXTRANEOUS "
            "EVV-UNAUTH-SERVICE GROUP-RATIO OVLP-INPATIENT LIVEIN-ATTEST",
            "V06": "EVV-NOT-VERIFIED EVV-REFUSED",
        },
        {"EVV-CANCELLED": "cancelled", "EVV-NOT-VERIFIED": "waiting"},
    ),
    HOP_2: _codes(
        {
            "C02": "PERM-PLAN-EDIT DOC-ORDER-UNSIGNED",
            "C03": "CP-NO-VISIT-AHEAD CP-SUPERSEDED",
            "C04": "CP-SWAPPED CP-NOT-DELIVERED CP-UNREACHABLE",
            "C05": "CP-NOT-ACKED CP-ACK-LATE CP-UNACKED-VISIT",
            "C06": "CP-NOT-CONFIRMED",
        },
        {
            "CP-NO-VISIT-AHEAD": "excluded",
            "CP-SUPERSEDED": "cancelled",
            "CP-SWAPPED": "cancelled",
            "CP-NOT-DELIVERED": "waiting",
            "CP-NOT-ACKED": "waiting",
            "CP-NOT-CONFIRMED": "waiting",
        },
    ),
    HOP_3: _codes(
        {
            "V09": "NOT-BILLED RECON-TODAY DOC-NOTE-UNSIGNED DOC-ORDER-UNSIGNED VISIT-CANCELLED "
            "DOC-NOTE-NOT-DUE EVV-CORRECTION-OPEN DOC-ASSESS-INCOMPLETE DOC-PLAN-EXPIRED "
            "DOC-OASIS-OPEN DOC-NOA-MISSING DOC-F2F-MISSING",
            "V10": "MAP-SERVICE MAP-NEAR-MISS MAP-VERSION MAP-DISCIPLINE MAP-LOCATION "
            "CODE-INVALID CODE-POS ELIG-INACTIVE ELIG-PLAN-CHANGED ELIG-ID-FORMAT "
            "ELIG-DEMOG "
            "AUTH-NONE AUTH-PERIOD AUTH-SERVICE-MISMATCH AUTH-PROVIDER",
            "V11": "UNIT-ZERO UNIT-RULE UNIT-CARRY-WAITS",
            "V12": "AUTH-OVER-DAY AUTH-OVER-MONTH AUTH-OVER-TOTAL AUTH-OVER-WEEK "
            "COB-PRIMARY-FIRST COB-SECONDARY-DATA SPLIT-PAYER "
            "OVLP-CAREGIVER OVLP-CLIENT OVLP-SAME-VISIT "
            "EVV-NO-SCHEDULE PROV-CAREGIVER-INELIG CLM-LOCKED-CHANGED AUTH-RETRO-BILLED "
            "DOC-NOTE-CHANGED DOC-LOCKED-EARLY DOC-OASIS-LOCKED-DIFF DOC-SUPERVISION DOC-DUTIES "
            "DOC-CLIENT-SIGNATURE FREQ-ORDER",
            "V13": "CLM-TIMELY RECON-DELIVERED-BILLED RECON-PLANNED-DELIVERED",
        },
        {
            "NOT-BILLED": "excluded",
            "RECON-TODAY": "waiting",
            "DOC-NOTE-NOT-DUE": "waiting",
            "VISIT-CANCELLED": "cancelled",
            "EVV-CORRECTION-OPEN": "waiting",
            "UNIT-CARRY-WAITS": "waiting",
        },
    ),
    HOP_4: _codes(
        {
            "V14": "PROV-NPI PROV-TAXONOMY CODE-DX CLM-CHARGE CLM-DUP CLM-FREQ RECON-REOPENED "
            "VISIT-CANCELLED UNIT-RULE UNIT-GT-EVV AUTH-STALE-VERSION CLM-ANSWERED",
            "V15": "CLM-GATE CLM-PART",
        },
        {
            "RECON-REOPENED": "waiting",
            "VISIT-CANCELLED": "cancelled",
            "AUTH-STALE-VERSION": "waiting",
            "CLM-PART": "waiting",
        },
    ),
}


def state_of(hop: str, codes: tuple[str, ...]) -> str:
    """How a record with these blocking reasons stands: the first failing checkpoint decides."""
    if not codes:
        return "moved"
    first = min(codes, key=lambda code: (CODES[hop][code].checkpoint, code))
    return CODES[hop][first].state
