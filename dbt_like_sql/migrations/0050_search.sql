-- People search by the beginning of a record's id, and by a file's name.

-- pattern operators serve equality too, and prefixes whatever the server's collation
create index file_name on landing.file (name);
create index plan_delivery_caregiver on core.plan_delivery (caregiver_id);
create index arrival_name on landing.arrival (name, at desc);
