-- Projection billing.open_shadow: copies of requests whose cost is not posted. What a restart needs to post each once.
create table open_shadow (
  request_id text collate "C" primary key,
  position bigint not null,
  event_id text not null,
  recorded_at_ms bigint not null,
  body text not null
);

-- Projection billing.shadow_comparison: how shadow targets did beside what clients got, an hour (UTC). Times are sums over the
-- answers that came to their end: requests less those that failed.
create table shadow_comparison (
  hour_ms bigint not null,
  route_id text collate "C" not null,
  provider text collate "C" not null,
  model text collate "C" not null,
  shadow_provider text collate "C" not null,
  shadow_model text collate "C" not null,
  requests bigint not null,
  failed bigint not null,
  shadow_failed bigint not null,
  same_text bigint not null,
  first_byte_ms bigint not null,
  shadow_first_byte_ms bigint not null,
  duration_ms bigint not null,
  shadow_duration_ms bigint not null,
  output_tokens bigint not null,
  shadow_output_tokens bigint not null,
  shadow_cost_nano_usd bigint not null,
  primary key (hour_ms, route_id, provider, model, shadow_provider, shadow_model)
)
-- Rows of this hour are updated with every batch: room on the page keeps those updates out of the index.
with (fillfactor = 70);
