-- Projection billing.requests: each request that was admitted, and what became of it.
create table request (
  request_id text collate "C" primary key,
  -- Of its admission: pages go by it.
  position bigint not null,
  admitted_at_ms bigint not null,
  -- 0: it runs.
  ended_at_ms bigint not null,
  user_id text collate "C" not null,
  -- Of payers other than the user; both empty: the user.
  payer_kind text not null,
  payer_id text collate "C" not null,
  key_id text collate "C" not null,
  model text collate "C" not null,
  route_id text collate "C" not null,
  operation text not null,
  format text not null,
  stream boolean not null,
  session_id text collate "C" not null,
  agent_id text collate "C" not null,
  tags text[] not null,
  -- running, completed, failed, cut, client_gone, expired.
  outcome text not null,
  error text not null,
  provider text collate "C" not null,
  provider_model text collate "C" not null,
  attempts int not null,
  first_byte_ms int not null,
  duration_ms int not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  hold_nano_usd bigint not null,
  -- null: it is not charged.
  amount_nano_usd bigint,
  estimated boolean not null
)
-- Each row is updated at its end, within its page: none of the columns that change is in an index.
with (fillfactor = 80);

create unique index request_position on request (position);
create index request_user on request (user_id, position);
create index request_key on request (key_id, position);
create index request_session on request (session_id, position) where session_id <> '';
-- Rows come in the order of time, so that a range of it is a range of pages.
create index request_time on request using brin (admitted_at_ms) with (pages_per_range = 32);
