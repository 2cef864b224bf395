#!/bin/sh
# Lets each of the gateway's roles log in with the password of its variable. Run by the image of PostgreSQL after roles.sql
# when it makes a database, and by hand to change passwords: psql's own variables (PGHOST, …) say where.
set -eu

psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet \
  --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
\getenv owner POSTGRES_OWNER_PASSWORD
\getenv journal POSTGRES_JOURNAL_PASSWORD
\getenv quota POSTGRES_QUOTA_PASSWORD
\getenv billing POSTGRES_BILLING_PASSWORD
\getenv accounts POSTGRES_ACCOUNTS_PASSWORD
\getenv ingress POSTGRES_INGRESS_PASSWORD
\getenv leaders POSTGRES_LEADERS_PASSWORD
alter role gateway_owner login password :'owner';
alter role gateway_journal login password :'journal';
alter role gateway_quota login password :'quota';
alter role gateway_billing login password :'billing';
alter role gateway_accounts login password :'accounts';
alter role gateway_ingress login password :'ingress';
\if :{?leaders}
alter role gateway_leaders login password :'leaders';
\endif
SQL
