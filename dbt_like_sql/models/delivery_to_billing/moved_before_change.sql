-- Visits taken off their claim: what was billed of them is looked at again, once.
select
    let.record_id
    , false as is_final
    , 'claim ' || let.claim_id as relied_on
    , max(line.visit_sequence_id) as old_version
    , max(let.request_id) as new_version
    , max(let.released_at) as changed_at
    , max(request.made_by) as changed_by
    , 'It was taken off its claim, to be reconciled again.' as consequence
from {{ ref('claim_release') }} as let
inner join {{ ref('claim_request') }} as request on let.request_id = request.request_id
inner join {{ ref('billable_line') }} as line
    on let.record_id = line.record_id and line.claim_id is null
where
    not exists (
        select 1 from {{ ref('late_change') }} as known
        where
            known.hop = :hop and known.record_id = let.record_id
            and known.relied_on = 'claim ' || let.claim_id and known.new_version = let.request_id
    )
group by let.record_id, let.claim_id
