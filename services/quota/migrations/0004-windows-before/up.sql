-- Of each limit the window before the current one is kept, too, and an admission of an earlier generation no longer takes the
-- place of the present one. What was dropped before is in the log alone: the books are folded anew from there.
truncate account, hold, counter, price;
delete from checkpoint where projection = 'quota.accounts';
