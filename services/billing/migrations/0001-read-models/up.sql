-- Where each projection of this schema stands in the log.
create table checkpoint (
  projection text primary key,
  position bigint not null
);

-- Projection billing.price_book: every version of every price. `body` is the event's, so that a price reads the same
-- from here and from the log.
create table price_book (
  price_key text collate "C" not null,
  version integer not null,
  source text not null,
  published_at_ms bigint not null,
  body text not null,
  primary key (price_key, version)
);

-- Projection billing.open_request: requests that were admitted and neither charged nor expired, with the usage where it
-- is recorded. What a restart needs to charge every usage once.
create table open_request (
  request_id text collate "C" primary key,
  admitted_position bigint not null,
  admission text not null,
  usage_event_id text,
  usage_recorded_at_ms bigint,
  usage text
);

-- Projection billing.usage_daily: what each user used and paid a day (UTC) and model.
create table usage_daily (
  user_id text collate "C" not null,
  day date not null,
  model text collate "C" not null,
  requests bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  cache_write_tokens bigint not null,
  cache_write_1h_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  amount_nano_usd bigint not null,
  primary key (user_id, day, model)
)
-- Rows of today are updated with every batch: room on the page keeps those updates out of the index.
with (fillfactor = 70);

-- Projection billing.ledger: the balance of every account; their sum is zero.
create table ledger (
  account text collate "C" primary key,
  balance_nano_usd numeric not null,
  entries bigint not null
)
with (fillfactor = 70);
