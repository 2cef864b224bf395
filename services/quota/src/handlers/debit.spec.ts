import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Debit } from '#contracts/admin-needs.ts';
import { userPayer } from '#contracts/payer.ts';
import { debited } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { createPendingAdmissions } from '../memory/pending-admissions.ts';
import { record } from '../testing.ts';
import { createDebit } from './debit.ts';

const payer = userPayer('u');
const given: Debit = {
  debitId: 'd1',
  payer,
  amountNanoUsd: 100n,
  reason: 'a mistake',
  undoesCreditId: '',
  by: { actor: 'bootstrap', role: 'owner', address: '', requestId: '' },
};

/** Debits `given` while an earlier leader's append of `amountNanoUsd` under its id arrives, after the first look at the log. */
async function debitAsWritten(ownedNanoUsd: bigint, amountNanoUsd = given.amountNanoUsd) {
  const journal = createMemoryJournal();
  const pending = createPendingAdmissions();
  const debit = createDebit({
    journal,
    pending,
    fundsOf: () => ({ ownedNanoUsd, heldNanoUsd: 0n }),
    clock: () => 1,
    logger: pino({ level: 'silent' }),
    assertServing: () => undefined,
    async catchUp() {
      await record(journal, debited(payer, amountNanoUsd));
      return true;
    },
    isFolded: () => true,
    isClosed: () => true,
  });
  const outcome = await debit(given);
  assert.equal(pending.size(), 0);
  return 'position' in outcome ? outcome.position : outcome.refusal.code;
}

test('a debit that was written meanwhile is told as done, whether its money is left or not', async () => {
  assert.equal(await debitAsWritten(0n), 1);
  assert.equal(await debitAsWritten(100n), 1);
});

test('another debit that was written meanwhile under its id is told as a conflict', async () => {
  assert.equal(await debitAsWritten(0n, 7n), 'conflict');
  assert.equal(await debitAsWritten(100n, 7n), 'conflict');
});
