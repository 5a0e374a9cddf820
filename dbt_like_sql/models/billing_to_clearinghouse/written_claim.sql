-- One row per claim written in this pass, empty until the writer has written. Key: claim_id.
select
    cast(null as text) as claim_id
    , cast(null as text) as batch_no
    , cast(null as text) as set_control
where false
