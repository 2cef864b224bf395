-- Read models of the log: they may be emptied and folded anew at any time.

create table checkpoint (
  projection text   primary key,
  position   bigint not null
);

-- One row a user.
create table account (
  user_id                 text    collate "C" primary key,
  credited_nano_usd       bigint  not null check (credited_nano_usd >= 0),
  charged_nano_usd        bigint  not null check (charged_nano_usd >= 0),
  held_nano_usd           bigint  not null check (held_nano_usd >= 0),
  -- 0: none of the user's own.
  requests_per_minute     bigint  not null,
  multiplier_basis_points bigint  not null,
  -- The latest clock minute a request was admitted in, and how many were.
  window_start_ms         bigint  not null,
  window_requests         bigint  not null
);

-- One row a hold that is not over; a few thousand, however many requests there were.
create table hold (
  request_id    text   collate "C" primary key,
  user_id       text   collate "C" not null,
  hold_nano_usd bigint not null check (hold_nano_usd >= 0),
  -- Where in the log it was placed.
  position      bigint not null,
  expires_at_ms bigint not null,
  state         text   collate "C" not null check (state in ('open', 'metered'))
);

-- The price in force of each model: the body of its last PricePublished, and that event's version.
create table price (
  price_key text   collate "C" primary key,
  version   bigint not null,
  body      text   not null
);
