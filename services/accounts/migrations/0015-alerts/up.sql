-- Projection accounts.alerts: every alert that was raised, and what became of it.
create table alert (
  alert_id text collate "C" primary key,
  -- Of its raising.
  position bigint not null unique,
  rule_id text collate "C" not null,
  kind text collate "C" not null,
  subject_kind text collate "C" not null,
  subject_id text collate "C" not null,
  subject_name text not null,
  threshold text collate "C" not null,
  in_window text collate "C" not null,
  facts jsonb not null,
  raised_at_ms bigint not null,
  -- Null: it is firing.
  resolved_at_ms bigint
);

create index alert_firing on alert (position) where resolved_at_ms is null;
-- What was raised last of a rule, a subject and a threshold.
create index alert_by_what on alert (rule_id, subject_kind, subject_id, threshold, position);
create index alert_by_kind on alert (kind, position);

create table alert_delivery (
  alert_id text collate "C" not null,
  channel_id text collate "C" not null,
  -- pending, delivered or failed.
  state text collate "C" not null,
  attempts integer not null,
  reason text not null,
  -- When it was raised, or asked for again.
  asked_at_ms bigint not null,
  -- Null: it is pending.
  settled_at_ms bigint,
  primary key (alert_id, channel_id)
);

create index alert_delivery_pending on alert_delivery (alert_id) where state = 'pending';
