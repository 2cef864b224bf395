-- The roles of a PostgreSQL for the gateway, to be run once in its database as a superuser. gateway_owner migrates and must
-- exist; the services' roles get their logins and passwords elsewhere (alter role … login password …).
create role gateway_journal nologin;
create role gateway_quota nologin;
create role gateway_billing nologin;
create role gateway_accounts nologin;

create schema journal authorization gateway_owner;
create schema quota authorization gateway_owner;
create schema billing authorization gateway_owner;
create schema accounts authorization gateway_owner;

grant usage on schema journal to gateway_journal;
grant usage on schema quota to gateway_quota;
grant usage on schema billing to gateway_billing;
grant usage on schema accounts to gateway_accounts;

-- Read models may be changed in any way: the log has them all. The journal's own tables are granted by its migrations, one
-- by one, since nobody may change an event.
alter default privileges for role gateway_owner in schema quota grant select, insert, update, delete on tables to gateway_quota;
alter default privileges for role gateway_owner in schema billing grant select, insert, update, delete on tables to gateway_billing;
alter default privileges for role gateway_owner in schema accounts grant select, insert, update, delete on tables to gateway_accounts;

do $$
begin
  -- gateway_owner creates what migrations add; the others a shadow schema to rebuild a read model in (gatewayctl replay).
  execute format('grant create on database %I to gateway_owner, gateway_quota, gateway_billing, gateway_accounts', current_database());
  execute format('revoke connect, temporary on database %I from public', current_database());
  execute format(
    'grant connect on database %I to gateway_owner, gateway_journal, gateway_quota, gateway_billing, gateway_accounts',
    current_database()
  );
end
$$;
