-- Projection accounts.payer_spend: what each payer was charged by the day (UTC, days since 1970), for rules that ask how many days a
-- balance lasts.
create table payer_spend (
  payer_kind text collate "C" not null,
  payer_id text collate "C" not null,
  day integer not null,
  amount_nano_usd bigint not null,
  primary key (payer_kind, payer_id, day)
);
