-- One row per visit whose claim somebody asked to go out again. Key: record_id.
select
    visit.record_id
    , visit.claim_id
    , visit.is_released
    , request.wish
    , request.attempt_no
    , request.frequency
    , request.payer_claim_number
    , request.because
    , request.made_by
    , request.is_overtaken
from {{ ref('visits_asked') }}() as visit
inner join {{ ref('claims_asked') }}() as request on visit.request_id = request.request_id
inner join {{ ref('work') }} as work on visit.record_id = work.record_id
