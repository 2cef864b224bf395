-- Projection billing.usage_by: what each user used and paid a day (UTC), by what requests say of themselves and by what served
-- them. `dimension` is a row of packages/contracts/usage-dimensions.ts.
create table usage_by (
  user_id text collate "C" not null,
  dimension text collate "C" not null,
  day date not null,
  value text collate "C" not null,
  requests bigint not null,
  prompt_tokens bigint not null,
  answer_tokens bigint not null,
  amount_nano_usd bigint not null,
  primary key (user_id, dimension, day, value)
)
-- Rows of today are updated with every batch: room on the page keeps those updates out of the index.
with (fillfactor = 70);
