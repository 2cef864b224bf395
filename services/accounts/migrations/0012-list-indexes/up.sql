-- What lists of administration are sorted and filtered by. Each ends in what its list pages by.
create index resource_by_name on resource (kind, (state->>'name'), id);
create index resource_by_expiry on resource (kind, (state->>'expiresAt'), id);
create index resource_by_status on resource (kind, (state->>'status'), created_at_ms, id);
create index resource_users_by_team on resource ((state->>'teamId'), created_at_ms, id) where kind = 'user';
create index resource_teams_by_organisation on resource ((state->>'organisationId'), created_at_ms, id) where kind = 'team';
create index resource_limits_by_subject on resource ((state->'subject'->>'id'), created_at_ms, id) where kind = 'limit';
