-- Who leads this service, one row for a partition. For liveness only: what makes a second leader harmless is in the log.
create table lease (
  part integer primary key,
  -- The process, by the name it gives itself; empty: nobody, given back.
  holder text not null,
  -- By this server's clock, the only one that counts here.
  expires_at timestamptz not null
);
