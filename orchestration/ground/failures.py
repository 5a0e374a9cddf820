"""Every failure Carehops raises on purpose.

    CarehopsFailure
    ├── SetUpFailure          the installation is wrong: database, settings, permissions
    ├── ContractFailure       a feed, hop, edit or agency file contradicts itself
    ├── PermanentFailure      trying again cannot help; somebody has to act
    │   ├── ConservationFailure   received and accounted-for records do not add up
    │   └── ExpectationFailure    a MUST expectation does not hold; nothing was published
    └── TransientFailure      trying again later may help

A message says what is wrong, where, and what to do. It never carries a person's data: callers
put counts, codes, table and column names into it, never values.
"""


class CarehopsFailure(Exception):
    """Anything Carehops refuses to do, said in plain words."""


class SetUpFailure(CarehopsFailure):
    """The installation is not as it must be."""


class ContractFailure(CarehopsFailure):
    """A written contract (feed, hop, edit, agency file) is wrong."""


class PermanentFailure(CarehopsFailure):
    """Trying again cannot help."""


class ConservationFailure(PermanentFailure):
    """Records received and records accounted for differ; nothing was published."""


class ExpectationFailure(PermanentFailure):
    """A MUST expectation failed; nothing was published."""


class TransientFailure(CarehopsFailure):
    """Trying again later may help."""
