"""Chance that repeats: what is drawn depends on the seed and on what it is drawn for, only.

Neither the order of files nor how often a question is asked changes an answer.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

_Choice = TypeVar("_Choice")
_BYTES = 8
_RANGE = 256.0**_BYTES


@dataclass(frozen=True)
class Chance:
    """A seed, and everything that follows from it."""

    seed: int

    def draw(self, *about: object) -> float:
        """A number from 0 up to 1."""
        text = "|".join(map(str, (self.seed, *about))).encode()
        digest = hashlib.blake2b(text, digest_size=_BYTES).digest()
        return int.from_bytes(digest, "big") / _RANGE

    def happens(self, rate: float, *about: object) -> bool:
        """Whether something that happens so often happens here."""
        return rate > 0 and self.draw(*about) < rate

    def choose(self, choices: Sequence[_Choice], *about: object) -> _Choice:
        """One of several."""
        return choices[int(self.draw(*about) * len(choices))]
