-- credential_failing: A credential is refused, or expires within a month.
-- runbook: docs/runbooks/credential_failing.md
select
    credential.name as subject
    , case when credential.failing_since is null then 'expires' else 'refused' end as cause
    , case
        when credential.failing_since is not null then 'P1'
        when credential.expires_at <= :now + interval '1 day' then 'P1'
        when credential.expires_at <= :now + interval '7 days' then 'P2'
        else 'P3'
    end as severity
    , credential.owner_role as owner
    , coalesce(credential.failing_since, credential.expires_at - interval '30 days') as since
from {{ ref('ops.credential') }} as credential
where
    credential.failing_since is not null
    or credential.expires_at <= :now + interval '30 days'
