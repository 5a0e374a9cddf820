"""A claim that goes out again goes whole or not at all, and only for whom somebody asked for it.

What may be asked of a claim follows from its last answer: one that was never adjudicated is sent
again as it was meant (same id, new control numbers); one that was is replaced or voided under the
payer's own number; one that nobody answered is asked about, never sent blindly.
"""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from orchestration.ground.contracts import Examination, Found
from orchestration.partners import batches

PART_CODE: Final = "CLM-PART"


def examine(hop: str, examination: Examination) -> Iterator[Found]:
    """Which visits' claims would be sent back, and which would go out in part.

    Returns:
        Record id, edit code, and the rules that were broken.
    """
    found = list(batches.examine(hop, examination))
    yield from found
    refused = {"refused": [record_id for record_id, *_ in found]}
    rows = examination.connection.execute(sa.text(_IN_PART.replace("HOP", hop)), refused)
    for row in rows:
        yield row.record_id, PART_CODE, None


# what goes no farther on its own account: a visit that was cancelled drops off the claim instead
_IN_PART = """
with standing as (
    select record_id from audit.HOP__objection as objection
    where not exists (
        select 1 from audit.HOP__edit as edit
        where edit.code = objection.code and edit.outcome in ('cancelled', 'excluded', 'rejected')
    )
    union
    select unnest(cast(:refused as text []))
)

select candidate.record_id
from audit.HOP__candidate as candidate
where
    candidate.asked_claim_id in (
        select broken.asked_claim_id
        from audit.HOP__candidate as broken
        inner join standing on broken.record_id = standing.record_id
        where broken.asked_claim_id is not null and not broken.is_overtaken
    )
    and not candidate.is_overtaken
    and not exists (select 1 from standing where standing.record_id = candidate.record_id)
"""
