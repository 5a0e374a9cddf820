-- Visits whose claim somebody asked to go out again; an answer may still overtake that.
select
    visit.record_id
    , false as is_final
    , 'claim ' || visit.claim_id || ' request ' || request.request_id as relied_on
    , cast(request.attempt_no - 1 as bigint) as old_version
    , cast(request.attempt_no as bigint) as new_version
    , request.made_at as changed_at
    , request.made_by as changed_by
    , case request.wish
        when 'void' then 'The claim goes out once more, to be voided.'
        when 'replace' then 'The claim goes out again and replaces what the payer has.'
        else 'The claim goes out again with new numbers: what was sent was never taken in.'
    end as consequence
from {{ ref('visits_asked') }}() as visit
inner join {{ ref('claims_asked') }}() as request on visit.request_id = request.request_id
-- what was taken off its claim is nowhere until it is on one again
where not request.is_overtaken or visit.is_released
union all
select
    let.record_id
    , false as is_final
    , 'claim ' || let.claim_id || ' request ' || let.request_id as relied_on
    , cast(asked.after_attempt as bigint) as old_version
    , cast(asked.after_attempt + 1 as bigint) as new_version
    , asked.made_at as changed_at
    , asked.made_by as changed_by
    , 'Its claim was given up: the visit goes on a new one.' as consequence
from {{ ref('claim_release') }} as let
inner join {{ ref('claim_request') }} as asked
    on let.request_id = asked.request_id and asked.wish = 'anew'
inner join {{ ref('billable_line') }} as line
    on let.record_id = line.record_id and line.line_no = 1 and line.claim_id is null
left join {{ ref('late_change') }} as known
    on
        let.record_id = known.record_id and known.hop = :hop
        and known.relied_on = 'claim ' || let.claim_id || ' request ' || let.request_id
where known.late_change_id is null
