-- What payers paid: one row per payment, what they kept or added outside claims, what they took
-- back of claims paid before. Amounts are in cents.

create table core.remittance (
    remittance_id bigint generated always as identity primary key
    , payment_payer text
    , payment_ref text not null
    , payment_method text
    , paid_on date
    , payee_id text
    , amount_cents bigint not null
    , claims_paid_cents bigint not null
    , kept_cents bigint not null
    , charged_cents bigint not null
    , claim_count integer not null check (claim_count >= 0)
    , reversal_count integer not null check (reversal_count >= 0)
    , unbalanced_count integer not null check (unbalanced_count >= 0)
    , is_balanced boolean not null
    , usage text
    , sender_id text
    , file_id bigint not null
    , line_no bigint not null
    , reply_interchange text
    , reply_set text
    , landed_at timestamptz not null
    , times_seen integer not null check (times_seen > 0)
    , unique nulls not distinct (
        payment_payer, payment_ref, paid_on, amount_cents, claims_paid_cents, kept_cents
        , charged_cents, claim_count
    )
    -- a payment is posted only when all of it is explained
    , check (not is_balanced or amount_cents = claims_paid_cents - kept_cents)
);
create index remittance_payment on core.remittance (payment_ref);
create index remittance_held on core.remittance (remittance_id)
where not is_balanced or unbalanced_count > 0;
comment on table core.remittance is 'One payment as an 835 explains it, however often it was sent';
comment on column core.remittance.payment_ref is 'The number the bank''s transfer or the check carries';
comment on column core.remittance.payment_payer is 'Who pays, as the number''s origin says';
comment on column core.remittance.payment_method
is 'ACH, CHK, FWT, BOP; NON when no money moves';
comment on column core.remittance.kept_cents
is 'Adjustments outside claims: positive lessened the payment, negative raised it';
comment on column core.remittance.is_balanced
is 'Whether the payment is what its claims were paid less what was kept';
comment on column core.remittance.unbalanced_count
is 'Claims whose charge is not what was paid and taken off; they wait, the others go on';

create table core.provider_adjustment (
    remittance_id bigint not null references core.remittance
    , adjustment_no integer not null check (adjustment_no > 0)
    , provider_id text
    , reason text not null
    , kind text not null
    , refers_to text
    , kept_cents bigint not null
    , primary key (remittance_id, adjustment_no)
);
create index provider_adjustment_refers_to on core.provider_adjustment (refers_to);
comment on table core.provider_adjustment is 'Money of a payment that belongs to no claim on it';
comment on column core.provider_adjustment.kind
is 'recoupment, balance_forward, interest, penalty, advance, refund, levy, incentive, capitation or '
'other';
comment on column core.provider_adjustment.refers_to
is 'What the payer names: for a recoupment often its number of the claim, else the payment';
comment on column core.provider_adjustment.kept_cents
is 'Positive: the payer keeps it from this payment. Negative: it adds it. A debt carried to a later '
'payment is negative here and positive there';

create table core.reversal (
    remittance_id bigint not null references core.remittance
    , reversal_no integer not null check (reversal_no > 0)
    , claim_id text not null
    , payer_claim_number text
    , taken_back_cents bigint not null
    , corrected_by bigint references core.remittance
    , primary key (remittance_id, reversal_no)
);
create index reversal_open on core.reversal (claim_id) where corrected_by is null;
comment on table core.reversal is 'A claim a payer took back, and the payment that paid it anew';
comment on column core.reversal.taken_back_cents is 'What had been paid and is no more, positive';
comment on column core.reversal.corrected_by
is 'The same payment or a later one; none while nothing stands in its place';
