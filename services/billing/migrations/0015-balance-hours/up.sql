-- Projection billing.balance_hours: what each user, team and organisation had been credited, debited and charged by the end of
-- each hour in which its balance moved. With the lines of one hour (ledger_line) it gives a balance at any position.
create table balance_hour (
  account text collate "C" not null,
  -- Hours since 1970 UTC, by the time the log recorded the event: these times never fall, so an hour is a range of positions.
  hour integer not null,
  -- The account's last event in the hour.
  position bigint not null,
  -- Of all time up to there.
  credited_nano_usd numeric not null,
  debited_nano_usd numeric not null,
  charged_nano_usd numeric not null,
  primary key (account, hour)
)
-- The row of an hour is updated with every batch of it.
with (fillfactor = 70);
