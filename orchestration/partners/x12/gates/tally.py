"""How many claims, of what lines and what money: what was meant and what somebody read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple


class ClaimCount(NamedTuple):
    """One claim, as far as it is counted."""

    claim_id: str
    lines: int
    total: Decimal


@dataclass
class Tally:
    """Claims added up one by one; two of them are equal if they counted the same, in order."""

    claims: int = 0
    lines: int = 0
    total: Decimal = Decimal(0)
    _seen: Any = field(default_factory=hashlib.sha256, repr=False, compare=False)

    def add(self, one: ClaimCount) -> None:
        """Count one more."""
        self.claims += 1
        self.lines += one.lines
        self.total += one.total
        self._seen.update(f"{one.claim_id} {one.lines} {one.total.normalize():f}\n".encode())

    @classmethod
    def of(cls, claims: Iterable[ClaimCount]) -> "Tally":
        """All of these counted."""
        tally = cls()
        for one in claims:
            tally.add(one)
        return tally

    @property
    def digest(self) -> str:
        """Stands for every claim counted and their order."""
        return str(self._seen.hexdigest())
