-- Who holds an Idempotency-Key: one row for a key in its scope (a user and a path, or the admin and a path). Neither the
-- key nor a body is here, but keyed hashes of them. No projection: the log knows nothing of it, and what is lost here is
-- only the protection of requests of the last day against being repeated.
create table claim (
  key_hash bytea primary key check (octet_length(key_hash) = 32),
  body_hash bytea not null check (octet_length(body_hash) = 32),
  -- The claim's own: what is derived from a client's key is derived from this as well.
  salt bytea not null check (octet_length(salt) = 32),
  -- The request under which it is executed; its x-request-id, and its stream in the log.
  request_id text not null,
  -- Whoever executes it, a new one for each try: every later write names it, so that whoever was taken over writes nothing.
  attempt uuid not null,
  -- kept: the answer is whole in answer_piece. unkept: it was executed, and its answer is not to be had any more.
  state text not null default 'running' check (state in ('running', 'kept', 'unkept')),
  -- Until then its process has said it lives; by this server's clock.
  alive_until timestamptz not null,
  expires_at timestamptz not null
);

create index claim_by_expiry on claim (expires_at);

-- Answers, each piece sealed under a key that is nowhere. Piece 0 is the head and is written last; the bytes begin at 1.
create table answer_piece (
  key_hash bytea not null references claim on delete cascade,
  attempt uuid not null,
  seq integer not null check (seq >= 0),
  sealed bytea not null,
  primary key (key_hash, attempt, seq)
);

-- What is encrypted does not compress.
alter table answer_piece alter column sealed set storage external;
