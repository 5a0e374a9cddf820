-- One row per record that is up, with all that rules and readers need. Key: record_id.
with judgement as (
    select
        assignment.*
        , assignment.first_call_in_at is not null
        and assignment.first_call_in_at < coalesce(assignment.acknowledged_at, 'infinity')
            as ran_unacknowledged
        , case
            when assignment.urgency = 'safety'
                then least(
                    assignment.paired_at + interval '30 minutes', assignment.first_visit_at
                )
            else assignment.first_visit_at - interval '2 hours'
        end as ack_due_at
        , exists(
            select 1
            from {{ ref('role_right_now') }} as role_right
            where
                role_right.role = assignment.entered_by_role
                and role_right.right_code = 'plan_edit'
                and assignment.entered_on >= role_right.valid_from
                and (
                    role_right.valid_to is null or assignment.entered_on <= role_right.valid_to
                )
        ) as has_plan_edit_right
        , assignment.caregiver_id <> '-' as is_pair
    from {{ ref('assignment') }} as assignment
)

, standing as (
    select
        judgement.*
        , judgement.is_pair
        and judgement.until_at is not null
        and not judgement.ran_unacknowledged
        and judgement.confirmed_at is null as is_superseded
        , judgement.is_pair
        and judgement.until_at is null
        and judgement.first_visit_at is null
        and judgement.first_call_in_at is null as is_swapped_out
        , judgement.until_at is null as is_newest
        , judgement.ack_due_at <= :now as is_ack_due
        , judgement.delivered_at is not null as is_delivered
        , judgement.paired_at + interval '30 minutes' <= :now as is_delivery_due
    from judgement
)

select
    standing.*
    , standing.is_pair
    and not standing.is_superseded
    and not standing.is_swapped_out as is_live
from standing
