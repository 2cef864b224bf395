-- After the migrations, as gateway_owner: what the journal's role may do beside its log. May be run again.
grant select, insert, update on journal.lease to gateway_journal;
