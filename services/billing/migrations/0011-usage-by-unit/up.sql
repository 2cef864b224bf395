-- Projection billing.usage_units: what each user used and paid a day (UTC) and model, the quantities in a row a unit, so that a
-- new unit needs no new column. It takes the place of billing.usage_daily, whose table stays for processes of the version before.
create table usage_day (
  user_id text collate "C" not null,
  day date not null,
  model text collate "C" not null,
  requests bigint not null,
  amount_nano_usd bigint not null,
  primary key (user_id, day, model)
)
-- Rows of today are updated with every batch: room on the page keeps those updates out of the index.
with (fillfactor = 70);

create table usage_day_unit (
  user_id text collate "C" not null,
  day date not null,
  model text collate "C" not null,
  unit text collate "C" not null,
  quantity bigint not null,
  primary key (user_id, day, model, unit)
)
with (fillfactor = 70);
