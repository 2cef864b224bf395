-- Who leads this service, one row for a partition. For liveness only: what makes a second leader harmless is in the log.
create table lease (
  part integer primary key,
  -- The process, by the name it gives itself; empty: nobody, given back.
  holder text not null,
  -- By this server's clock, the only one that counts here.
  expires_at timestamptz not null
);

-- As for the log's own tables: the role there may be is let in, and where there is none its owner works.
do $$
begin
  if exists (select from pg_roles where rolname = 'gateway_journal') then
    grant select, insert, update on journal.lease to gateway_journal;
  end if;
end
$$;
