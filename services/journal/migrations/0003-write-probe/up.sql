-- Written to find out whether the log can be written while nobody appends: emptied and filled anew, which takes a block of
-- the disk each time. One row at most; nothing is ever read from it.
create table write_probe (
  probed_at timestamptz not null
);

revoke all on journal.write_probe from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'gateway_journal') then
    grant insert, truncate on journal.write_probe to gateway_journal;
  end if;
end
$$;
