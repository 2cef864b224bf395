-- The log. One row an event; what is here never changes.
create table journal.event (
  part           smallint not null,
  position       bigint   not null check (position > 0),
  event_id       uuid     not null,
  stream         text     collate "C" not null,
  version        integer  not null check (version > 0),
  type           text     collate "C" not null,
  schema_version smallint not null,
  recorded_at_ms bigint   not null,
  epoch          integer  not null,
  correlation_id text     collate "C" not null,
  causation_id   text     collate "C" not null,
  -- json, not jsonb: jsonb would not give back the text that was hashed.
  body           json     not null,
  chain          bytea    not null check (length(chain) = 32),
  primary key (part, position),
  unique (event_id),
  unique (stream, version)
);

-- One row a partition: who may write (the epoch), and where the log ends.
create table journal.writer (
  part     smallint primary key,
  epoch    integer  not null,
  position bigint   not null,
  chain    bytea    not null
);

insert into journal.writer (part, epoch, position, chain) values (0, 0, 0, decode(repeat('00', 32), 'hex'));

create function journal.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: % on journal.% is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end
$$;

create trigger append_only before update or delete or truncate on journal.event
  for each statement execute function journal.refuse_change();

-- The role the writer and the readers work under. A database user that may not create roles still has the trigger.
do $$
begin
  if not exists (select from pg_roles where rolname = 'gateway_journal') then
    create role gateway_journal nologin;
  end if;
exception
  when duplicate_object or unique_violation or insufficient_privilege then null;
end
$$;

revoke all on journal.event, journal.writer from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'gateway_journal') then
    grant usage on schema journal to gateway_journal;
    grant select, insert on journal.event to gateway_journal;
    grant select, update on journal.writer to gateway_journal;
  end if;
end
$$;
