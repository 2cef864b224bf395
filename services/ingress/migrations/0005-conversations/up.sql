-- Conversations of /v1/conversations: what was said and answered, in its order. No projection: the log knows no prompt and no answer.
create table conversation (
  user_id text not null,
  id text not null,
  salt bytea not null check (octet_length(salt) = 32),
  -- Its metadata, sealed under a key that follows from the gateway's pepper and the salt.
  sealed bytea not null,
  item_count integer not null default 0,
  item_bytes bigint not null default 0,
  -- The place of the next item.
  next_seq bigint not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (user_id, id)
);

create index conversation_by_expiry on conversation (expires_at);

create table conversation_item (
  user_id text not null,
  conversation_id text not null,
  seq bigint not null,
  id text not null,
  salt bytea not null check (octet_length(salt) = 32),
  -- The item and the model that gave it, sealed like the metadata.
  sealed bytea not null,
  primary key (user_id, conversation_id, seq),
  foreign key (user_id, conversation_id) references conversation (user_id, id) on delete cascade
);

-- What is encrypted does not compress.
alter table conversation_item alter column sealed set storage external;
