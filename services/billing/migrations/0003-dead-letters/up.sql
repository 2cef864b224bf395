-- What a reaction of this service gave up on for now: one row an event, gone when the event has its outcome. Not a read
-- model (the log does not say what was tried), so no replay rebuilds it; without it the same is tried and found again.
create table dead_letters (
  consumer text collate "C" not null,
  -- The event's place in the log.
  position bigint not null,
  event_id text not null,
  event_type text not null,
  stream text not null,
  -- Why the last try failed.
  error_code text not null check (length(error_code) <= 100),
  error_message text not null check (length(error_message) <= 300),
  tries bigint not null check (tries > 0),
  first_tried_at_ms bigint not null,
  last_tried_at_ms bigint not null,
  primary key (consumer, position)
)
-- A row is updated with every try: room on the page keeps those updates out of the index.
with (fillfactor = 70);
