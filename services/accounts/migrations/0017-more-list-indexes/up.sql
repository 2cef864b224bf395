-- What few of many have: without an index of its own, a list that finds little reads through all of its kind.
create index resource_with_expiry on resource (kind, created_at_ms, id) where (state->>'expiresAt') <> '';
create index resource_limits_by_subject_kind on resource ((state->'subject'->>'kind'), created_at_ms, id) where kind = 'limit';
create index resource_limits_by_unit on resource ((state->>'unit'), created_at_ms, id) where kind = 'limit';
create index resource_limits_by_kind on resource ((state->>'kind'), created_at_ms, id) where kind = 'limit';
