-- The roles and schemas of a PostgreSQL for the gateway; may be run again. To be run in the gateway's own database by a role
-- that may create roles, with nothing to fill in: logins and passwords are given elsewhere (set-passwords.sh, or your
-- operator). gateway_owner owns the schemas and migrates; the others are what the services run under.

do $$
declare
  role_name text;
begin
  foreach role_name in array array['gateway_owner', 'gateway_journal', 'gateway_quota', 'gateway_billing', 'gateway_accounts', 'gateway_ingress', 'gateway_leaders']
  loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin', role_name);
    end if;
  end loop;
end
$$;

-- Who is not a superuser makes a schema for another only as a member of it (rds_superuser, and the like).
do $$
begin
  if not pg_has_role(current_user, 'gateway_owner', 'member') then
    execute format('grant gateway_owner to %I', current_user);
  end if;
end
$$;

create schema if not exists journal authorization gateway_owner;
create schema if not exists quota authorization gateway_owner;
create schema if not exists billing authorization gateway_owner;
create schema if not exists accounts authorization gateway_owner;
create schema if not exists ingress authorization gateway_owner;

grant usage on schema journal to gateway_journal;
grant usage on schema quota to gateway_quota;
grant usage on schema billing to gateway_billing;
grant usage on schema accounts to gateway_accounts;
grant usage on schema ingress to gateway_ingress;

-- The four services that are led, in one process: what each of them may, and no more.
grant gateway_journal, gateway_quota, gateway_billing, gateway_accounts to gateway_leaders;

-- Read models may be changed in any way, for the log has them all. Nobody may change an event: the journal's migrations
-- grant its tables one by one.
alter default privileges for role gateway_owner in schema quota
  grant select, insert, update, delete on tables to gateway_quota;
alter default privileges for role gateway_owner in schema billing
  grant select, insert, update, delete on tables to gateway_billing;
alter default privileges for role gateway_owner in schema accounts
  grant select, insert, update, delete on tables to gateway_accounts;
-- Claims of Idempotency-Keys and the answers kept for a day.
alter default privileges for role gateway_owner in schema ingress
  grant select, insert, update, delete on tables to gateway_ingress;
-- Where a version that knows this schema migrated before this file was run again.
grant select, insert, update, delete on all tables in schema ingress to gateway_ingress;

-- A rebuild of a read model (`gatewayctl replay`) has a schema of its own, made and dropped by the service that is asked.
do $$
begin
  execute format('revoke connect, temporary on database %I from public', current_database());
  execute format(
    'grant connect on database %I to gateway_owner, gateway_journal, gateway_quota, gateway_billing, gateway_accounts, '
    'gateway_ingress, gateway_leaders',
    current_database()
  );
  execute format(
    'grant create on database %I to gateway_owner, gateway_quota, gateway_billing, gateway_accounts',
    current_database()
  );
end
$$;
revoke create on schema public from public;
