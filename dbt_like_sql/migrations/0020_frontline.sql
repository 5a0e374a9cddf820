-- What each caregiver was given of each plan version, and how far it got with that caregiver.
create table core.plan_delivery (
    record_id text primary key
    , plan_id text not null
    , plan_version bigint not null check (plan_version >= 1)
    , client_id text not null
    , caregiver_id text not null check (caregiver_id <> '-')
    , urgency text not null check (urgency in ('routine', 'urgent', 'safety'))
    , entered_at timestamptz not null
    , published_at_frontline timestamptz not null
    , first_visit_at timestamptz
    , ack_due_at timestamptz
    , delivered_at timestamptz
    , acknowledged_at timestamptz
    , confirmed_at timestamptz
    , standing text not null check (
        standing in (
            'pending', 'delivered', 'acknowledged', 'confirmed', 'late', 'breached', 'unreachable'
            , 'withdrawn'
        )
    )
    , batch_id bigint not null
    , published_at timestamptz not null
    , unique (plan_id, plan_version, caregiver_id)
    , check (record_id = plan_id || '/v' || plan_version || '/' || caregiver_id)
    , check (standing <> 'confirmed' or (acknowledged_at is not null and confirmed_at is not null))
);
create index plan_delivery_batch on core.plan_delivery (batch_id);
create index plan_delivery_pair on core.plan_delivery (client_id, caregiver_id, entered_at);

comment on table core.plan_delivery is 'How far one plan version got with one caregiver';
comment on column core.plan_delivery.entered_at is 'When the change was entered';
comment on column core.plan_delivery.published_at_frontline
is 'When its tasks first stood in the list';
comment on column core.plan_delivery.standing
is 'withdrawn: superseded, or the caregiver was taken off';

create table core.frontline_task (
    plan_id text not null
    , plan_version bigint not null
    , caregiver_id text not null
    , task_code text not null
    , client_id text not null
    , is_required boolean not null
    , effective_from date not null
    , batch_id bigint not null
    , published_at timestamptz not null
    , primary key (plan_id, plan_version, caregiver_id, task_code)
    , foreign key (plan_id, plan_version, caregiver_id)
    references core.plan_delivery (plan_id, plan_version, caregiver_id)
);
create index frontline_task_batch on core.frontline_task (batch_id);
create index frontline_task_caregiver on core.frontline_task (caregiver_id, client_id);

comment on table core.frontline_task is 'One task of one plan version on one caregiver''s list';

-- Without a subquery, so that PostgreSQL puts it in place of its call.
create function core.strays_from_plan(recorded text, planned text)
returns boolean language sql immutable parallel safe as $$
    -- where tasks were recorded: one was done that the plan does not have, or a required one is not
    -- among them
    select
        recorded <> ''
        and not (
            string_to_array(
                trim(both ';' from regexp_replace(
                    replace(recorded, ':done', ''), '[A-Z0-9_]+:[a-z_]+(;|$)', '', 'g'
                ))
                , ';'
            )
            <@ string_to_array(regexp_replace(planned, ':[a-z]+', '', 'g'), ';')
            and string_to_array(
                trim(both ';' from regexp_replace(
                    replace(planned, ':required', ''), '[A-Z0-9_]+:[a-z]+(;|$)', '', 'g'
                ))
                , ';'
            )
            <@ string_to_array(regexp_replace(recorded, ':[a-z_]+', '', 'g'), ';')
        )
$$;
