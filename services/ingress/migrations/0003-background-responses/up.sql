-- Responses that are made in the background: their row is there from their beginning, and says what is so far.
alter table stored_response
  -- The run that makes it, a new one for each response; null: it was not made in the background.
  add column attempt uuid,
  -- The request in the log under which it is made.
  add column request_id text,
  add column is_running boolean not null default false,
  -- Until then its process has said it lives; by this server's clock.
  add column alive_until timestamptz,
  -- Its client wanted a stream, whose events are kept.
  add column is_streamed boolean not null default false,
  add constraint stored_response_run check (not is_running or (attempt is not null and alive_until is not null));

create index stored_response_by_run on stored_response (attempt) where is_running;

-- The events of such a stream, some at a time, sealed like the response.
create table response_event (
  user_id text not null,
  response_id text not null,
  -- The sequence numbers of the first and of the last event.
  first_seq integer not null check (first_seq >= 0),
  last_seq integer not null check (last_seq >= first_seq),
  salt bytea not null check (octet_length(salt) = 32),
  sealed bytea not null,
  primary key (user_id, response_id, first_seq),
  foreign key (user_id, response_id) references stored_response (user_id, id) on delete cascade
);

-- What is encrypted does not compress.
alter table response_event alter column sealed set storage external;
