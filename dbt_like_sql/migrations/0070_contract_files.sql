-- Contracts are files of the agency's own. What an earlier release landed from elsewhere is history.
do $$
begin
    if to_regclass('landing.payer_contract') is not null then
        update landing.payer_contract set is_current = false where is_current;
        -- made anew: versions are now ordered by the file's highest one
        drop index if exists landing.payer_contract_version;
    end if;
end
$$;
