-- Accounts are those of payers: users, teams and organisations. An account without money is not kept. What users may do is
-- policy, and no longer here.
create table payer_account (
  payer_kind        text   collate "C" not null check (payer_kind in ('user', 'team', 'organisation')),
  payer_id          text   collate "C" not null,
  credited_nano_usd bigint not null check (credited_nano_usd >= 0),
  debited_nano_usd  bigint not null check (debited_nano_usd >= 0),
  charged_nano_usd  bigint not null check (charged_nano_usd >= 0),
  held_nano_usd     bigint not null check (held_nano_usd >= 0),
  primary key (payer_kind, payer_id)
);
insert into payer_account
select 'user', user_id, credited_nano_usd, 0, charged_nano_usd, held_nano_usd
from account
where credited_nano_usd <> 0 or charged_nano_usd <> 0 or held_nano_usd <> 0;
drop table account;
alter table payer_account rename to account;
alter index payer_account_pkey rename to account_pkey;

-- Whose money it is, and what is set aside on limits: the reservations as RequestAdmitted has them.
alter table hold
  add column payer_kind   text collate "C" not null default 'user',
  add column payer_id     text collate "C" not null default '',
  add column reservations text not null default '[]';
update hold set payer_id = user_id;
alter table hold
  alter column payer_kind drop default,
  alter column payer_id drop default,
  alter column reservations drop default;

-- One row a window of a limit: of each limit the one that counts now, and those that hold something yet.
create table counter (
  limit_id        text    collate "C" not null,
  generation      bigint  not null,
  window_start_ms bigint  not null,
  is_current      boolean not null,
  used            bigint  not null check (used >= 0),
  held            bigint  not null check (held >= 0),
  primary key (limit_id, generation, window_start_ms)
);
