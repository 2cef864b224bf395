-- Projection accounts.key_use: when a request was last admitted with each key, to the minute, as minutes since 1970.
create table key_use (
  key_id text collate "C" primary key,
  last_used_minute bigint not null
);
