"""One rule: its name is the defect, its predicate is true of what has it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Subject]):
    """A defect: where it shows in the file, how it is mended, and what has it."""

    name: str
    segment: str
    element: str
    mend: str
    is_broken_by: Callable[[Subject], bool]
