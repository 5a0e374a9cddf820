"""Every failure Carehops raises on purpose.

    CarehopsFailure
    ├── SetUpFailure          the installation is wrong: database, settings, permissions
    ├── ContractFailure       a feed, hop, edit or agency file contradicts itself
    │   └── FileRefused           an agency's file, with each fault's line and mend
    ├── PermanentFailure      trying again cannot help; somebody has to act
    │   ├── ConservationFailure   received and accounted-for records do not add up
    │   └── ExpectationFailure    a MUST expectation does not hold; nothing was published
    └── TransientFailure      trying again later may help

A message says what is wrong, where, and what to do. It never carries a person's data: callers
put counts, codes, table and column names into it, never values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa


class CarehopsFailure(Exception):
    """Anything Carehops refuses to do, said in plain words."""


class SetUpFailure(CarehopsFailure):
    """The installation is not as it must be."""


class ContractFailure(CarehopsFailure):
    """A written contract (feed, hop, edit, agency file) is wrong."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file.

    Args:
        path: The file.
        line: Its line, from 1.
        what: What is wrong.
        mend: What to do about it.
    """

    path: Path
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}. {self.mend}"


class FileRefused(ContractFailure):
    """An agency's file is wrong; whatever was in force before stays so.

    Args:
        faults: Everything wrong with it, at least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class PermanentFailure(CarehopsFailure):
    """Trying again cannot help."""


class ConservationFailure(PermanentFailure):
    """Records received and records accounted for differ; nothing was published."""


class ExpectationFailure(PermanentFailure):
    """A MUST expectation failed; nothing was published."""


class TransientFailure(CarehopsFailure):
    """Trying again later may help."""


def kind_of(error: BaseException) -> str:
    """One word of ours for what went wrong; nothing of the error's own text."""
    kinds: dict[type[BaseException], str] = {
        ConservationFailure: "conservation",
        ContractFailure: "contract",
        SetUpFailure: "set_up",
        TransientFailure: "transient",
        PermanentFailure: "permanent",
        sa.exc.OperationalError: "database",
        sa.exc.SQLAlchemyError: "statement",
        Exception: "unexpected",
    }
    return next((word for kind, word in kinds.items() if isinstance(error, kind)), "interrupted")
