-- Projection billing.usage_daily: what was used stands in a row a unit, so that a new unit needs no new column.
create table usage_daily_unit (
  user_id text collate "C" not null,
  day date not null,
  model text collate "C" not null,
  unit text collate "C" not null,
  quantity bigint not null,
  primary key (user_id, day, model, unit)
)
with (fillfactor = 70);

insert into usage_daily_unit (user_id, day, model, unit, quantity)
select user_id, day, model, unit, quantity
from usage_daily,
  lateral (values
    ('input', input_tokens),
    ('cached_input', cached_input_tokens),
    ('cache_write', cache_write_tokens),
    ('cache_write_1h', cache_write_1h_tokens),
    ('output', output_tokens),
    ('reasoning', reasoning_tokens)
  ) as used (unit, quantity)
where quantity <> 0;

alter table usage_daily
  drop column input_tokens,
  drop column cached_input_tokens,
  drop column cache_write_tokens,
  drop column cache_write_1h_tokens,
  drop column output_tokens,
  drop column reasoning_tokens;
