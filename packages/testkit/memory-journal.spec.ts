import { testJournalContract } from './journal-contract.ts';
import { createMemoryJournal } from './memory-journal.ts';

testJournalContract('memory', (use) => use(createMemoryJournal()));
