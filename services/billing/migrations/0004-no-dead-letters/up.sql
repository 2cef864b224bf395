-- A usage without a charge is in open_request, and each start tries it and finds why it is stuck. An older version does not
-- start without the table: before going back to one, run 0003-dead-letters/up.sql again.
drop table dead_letters;
