"""What must be true of a whole batch before the next hop may see it.

A suite is a tuple of plain statements, one module per hop or feed, same stem. Statements are
named by the good state, carry their severity and the reason they matter, and are read by Dagster
(one visible check each) and by ``orchestration.flow.audit`` (which alone runs Great Expectations:
importing it here would cost every process three seconds).
"""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["MUST", "SHOULD"]
#: Stops the batch before anyone can read it.
MUST: Severity = "MUST"
#: Warns; the batch goes on.
SHOULD: Severity = "SHOULD"


@dataclass(frozen=True)
class Expect:
    """One truth about a batch.

    Args:
        name: Of the check, as Dagster shows it: the good state in snake case.
        rule: Great Expectations class without its ``Expect``: ``ColumnValuesToNotBeNull``.
        severity: MUST or SHOULD.
        because: Why it matters, for the person who is paged.
        given: The rule's own arguments: ``{"column": "visit_id"}``.
    """

    name: str
    rule: str
    severity: Severity
    because: str
    given: dict[str, object] = field(default_factory=dict)
