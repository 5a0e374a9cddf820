-- One row per file written in this pass, empty until the writer has written. Key: batch_no.
select
    cast(null as text) as batch_no
    , cast(null as text) as payer_id
    , cast(null as text) as partner
    , cast(null as text) as receiver_id
    , cast(null as text) as interchange_control
    , cast(null as text) as group_control
    , cast(null as text) as file_name
    , cast(null as text) as sha256
    , cast(null as integer) as claim_count
    , cast(null as bigint) as total_cents
    , cast(null as text) as usage
    , cast(null as bytea) as content
where false
