-- agency_file_refused: A file of the agency's is wrong; what it said before stays in force.
-- severity: P2
-- owner: Data on-call
-- runbook: docs/runbooks/agency_file_refused.md
select
    regexp_replace(file.name, '^.*/|\.toml$', '', 'g') as subject
    , '' as cause
    , file.refused_since as since
from {{ ref('ops.in_force') }} as file
where file.refused_since is not null
