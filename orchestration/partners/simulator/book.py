"""What the partner holds: which interchanges it has seen, and which claims under which number."""

from dataclasses import dataclass, field

from orchestration.partners.simulator.reading import SentClaim, SentFile
from orchestration.partners.simulator.remittance import Judged


@dataclass
class Holding:
    """A claim the partner has.

    Args:
        claim: As it came last.
        payer_number: The payer's own number of it.
        judged: How it was judged last; None before, and once that was taken back.
    """

    claim: SentClaim
    payer_number: str
    judged: Judged | None = None


@dataclass
class Book:
    """The partner's own records.

    Args:
        held: Claims by their id.
        seen: How often each interchange came, by sender, receiver and number.
        doubled: Claims that came as new ones while they were held already.
    """

    held: dict[str, Holding] = field(default_factory=dict)
    seen: dict[tuple[str, str, str], int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)

    def has_seen(self, file: SentFile) -> bool:
        """Note that an interchange came; answers whether one of that number had come before."""
        key = (file.sender, file.receiver, file.interchange)
        self.seen[key] = self.seen.get(key, 0) + 1
        return self.seen[key] > 1

    def refusal(self, claim: SentClaim) -> str:
        """Why a claim cannot be taken in, as a status; empty when it can."""
        held = self.held.get(claim.claim_id)
        if claim.frequency == "1":
            if held is not None:
                self.doubled.append(claim.claim_id)
            return "A3:54" if held is not None else ""
        return "" if held is not None and held.payer_number == claim.original else "A7:464"

    def take_in(self, claim: SentClaim) -> Holding:
        """Hold a claim, or hold what replaces it."""
        held = self.held.get(claim.claim_id)
        if held is None:
            number = f"PCN{len(self.held) + 1:09d}"
            held = self.held[claim.claim_id] = Holding(claim, number)
        held.claim = claim
        return held

    def give_back(self, claim: SentClaim) -> None:
        """Hold no longer what the payer sent back as new: it may come once more."""
        if claim.frequency == "1":
            self.held.pop(claim.claim_id, None)
