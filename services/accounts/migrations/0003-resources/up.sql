-- Projection accounts.resources: every resource of administration as the log has it, those that were removed as well.
-- It takes the place of accounts.directory, and is folded from the beginning of the log.
create table resource (
  kind text collate "C" not null,
  id text collate "C" not null,
  -- As in the event: personal data is sealed.
  state jsonb not null,
  -- The version of its stream that made it so.
  version bigint not null,
  position bigint not null,
  created_at_ms bigint not null,
  changed_at_ms bigint not null,
  -- Null: it is there.
  removed_at_ms bigint,
  primary key (kind, id)
);

-- Lists page by the time of creation.
create index resource_by_creation on resource (kind, created_at_ms, id);
create index resource_keys_by_user on resource ((state->>'userId'), created_at_ms, id) where kind = 'key';
create index resource_users_by_email on resource ((state->>'emailDigest')) where kind = 'user';

-- Every action of administration. Of the same projection, since what was before an action is in the table above.
create table audit_log (
  position bigint primary key,
  at_ms bigint not null,
  -- Empty: of an old log, which did not say.
  actor text collate "C" not null,
  role text collate "C" not null,
  address text collate "C" not null,
  request_id text collate "C" not null,
  action text collate "C" not null,
  kind text collate "C" not null,
  id text collate "C" not null,
  -- The resource without its hashes; null: it was not there.
  before jsonb,
  after jsonb
);

create index audit_log_by_resource on audit_log (kind, id, position);
create index audit_log_by_actor on audit_log (actor, position);

-- What was paid in, so that a credit can be found by its id and taken back once.
create table credit (
  credit_id text collate "C" primary key,
  payer_kind text collate "C" not null,
  payer_id text collate "C" not null,
  amount_nano_usd bigint not null,
  reason text not null,
  -- The debit that took it back; null: none did.
  undone_by text collate "C"
);

drop table app_user, api_key;
delete from checkpoint where projection = 'accounts.directory';
