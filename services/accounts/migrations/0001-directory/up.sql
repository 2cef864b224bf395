-- Where each projection of this schema stands in the log.
create table checkpoint (
  projection text primary key,
  position bigint not null
);

-- Projection accounts.directory. Ids are compared byte by byte, so that paging doesn't depend on the server's locale.
create table app_user (
  user_id text collate "C" primary key,
  sealed_profile text not null,
  requests_per_minute integer not null,
  multiplier_basis_points integer not null,
  created_at_ms bigint not null
);

create table api_key (
  key_id text collate "C" primary key,
  user_id text collate "C" not null,
  key_hash text not null,
  prefix text not null,
  name text not null,
  created_at_ms bigint not null,
  revoked_at_ms bigint
);

create index api_key_by_user on api_key (user_id, key_id);

-- No projection: these keys are random and in no event, so they can't be rebuilt and have to be in every backup.
-- Deleting a row forgets the person: the sealed profile in the log can be opened by nobody any more.
create table subject_key (
  user_id text collate "C" primary key,
  key bytea not null check (octet_length(key) = 32),
  created_at timestamptz not null default now()
);

comment on table subject_key is 'Keys of the sealed profiles, one a user. Not rebuildable: back it up. Deleting a row forgets the person.';
