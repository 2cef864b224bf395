-- Answers of /v1/responses that their clients want kept, so that a conversation can go on from them. No projection: the log
-- knows no prompt and no answer.
create table stored_response (
  user_id text not null,
  id text not null,
  -- The response that this one goes on from; null: a conversation begins here.
  previous_id text,
  salt bytea not null check (octet_length(salt) = 32),
  -- What the client sent and what it got, sealed under a key that follows from the gateway's pepper and the salt.
  sealed bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (user_id, id)
);

create index stored_response_by_expiry on stored_response (expires_at);

-- What is encrypted does not compress.
alter table stored_response alter column sealed set storage external;
