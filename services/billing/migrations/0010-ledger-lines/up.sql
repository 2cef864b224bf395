-- Projection billing.ledger_lines: what moved the balance of each user, team and organisation, line by line.
create table ledger_line (
  account text collate "C" not null,
  position bigint not null,
  at_ms bigint not null,
  -- credit, debit or charge.
  type text collate "C" not null,
  -- Negative where the balance fell.
  amount_nano_usd bigint not null,
  -- Of a charge; else empty.
  request_id text collate "C" not null,
  -- Of a credit, or of the credit that a debit takes back; else empty.
  credit_id text collate "C" not null,
  reason text not null,
  primary key (account, position)
);
