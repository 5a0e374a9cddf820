-- One row per file written in this pass. Key: batch_no.
select written_batch.*
from {{ ref('written_batch') }} as written_batch
