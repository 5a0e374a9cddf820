-- People search by a file's name, and by a caregiver.
create index file_name on landing.file (name);
create index plan_delivery_caregiver on core.plan_delivery (caregiver_id);
create index arrival_name on landing.arrival (name, at desc);
