-- repeated_deviations: Clients whose visits stray again and again while nobody looked at the plan.
-- reads: Care coordinator, Clinical supervisor
-- owner: Care coordinator
-- grain: one row per client with three deviations or more since the plan was last looked at
-- unit: deviations
-- formula: deviations that still stand, of the window, after the newest plan version or the newest
--   review that looked at the plan
-- benchmark: no row
-- source: plans become outdated when repeated deviations lead to no review
-- window: 14
-- columns: client_id = whose; deviations = how many; kinds = which; first_at = the first; last_at =
--   the last; plan_looked_at = when the plan was last revised or looked at
with reviewed as (
    select
        known.client_id
        , max(known.looked_at) as looked_at
    from (
        select
            plan.client_id
            , plan.entered_at as looked_at
        from {{ ref('landing.care_plan') }} as plan
        where plan.entered_at <= :at
        union all
        select
            found.client_id
            , review.reviewed_at as looked_at
        from {{ ref('ops.deviation_review') }} as review
        inner join {{ ref('core.visit_deviation') }} as found
            on review.kind = found.kind and review.subject = found.subject
        where review.action = 'plan_reviewed' and review.reviewed_at <= :at
    ) as known
    group by known.client_id
)

select
    found.client_id
    , count(*) as deviations
    , array_agg(distinct found.kind order by found.kind) as kinds
    , min(found.occurred_at) as first_at
    , max(found.occurred_at) as last_at
    , max(reviewed.looked_at) as plan_looked_at
from {{ ref('core.visit_deviation') }} as found
left join reviewed on found.client_id = reviewed.client_id
where
    found.is_open
    and found.client_id is not null
    and found.occurred_at >= :begins and found.occurred_at <= :at
    and (reviewed.looked_at is null or found.occurred_at > reviewed.looked_at)
group by found.client_id
having count(*) >= 3
order by count(*) desc, found.client_id
