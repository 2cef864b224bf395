import assert from 'node:assert/strict';
import type { Debit } from '#contracts/admin-needs.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { afterAll, beforeAll, describe, type Scope, test } from '#testkit/test.ts';
import { createLog, outcomeOf, request, times } from './handlers/testing.ts';
import { createQuotaDatabase, eventAfter, startQuota, until } from './testing.ts';

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const start = async (t: Scope, journal: Journal) => (await startQuota(t, database.pool, journal)).quota;

function debit(fields: Partial<Debit> = {}): Debit {
  return {
    debitId: newId(),
    payer: { kind: 'user', id: 'u' },
    amountNanoUsd: 60n,
    reason: 'a wrong top-up',
    undoesCreditId: 'c1',
    by: { actor: 'bootstrap', role: 'owner', address: '10.0.0.1', requestId: 'r1' },
    ...fields,
  };
}

describe('a debit', () => {
  test('takes money that is neither spent nor held, as a balanced entry that says who did it', async (t) => {
    const journal = await createLog(100n);
    const quota = await start(t, journal);
    const given = debit();
    const answer = await quota.debit(given);
    const event = await eventAfter(journal, 0, 'BalanceDebited');
    assert.deepEqual(answer, { position: event.position });
    assert.equal(event.stream, `debit-${given.debitId}`);
    assert.deepEqual(event.data.postings, [
      { account: 'customer:u', amountNanoUsd: '-60' },
      { account: 'topups', amountNanoUsd: '60' },
    ]);
    const by = { actor: 'bootstrap', role: 'owner', action: 'debit', address: '10.0.0.1', requestId: 'r1' };
    assert.deepEqual([event.data.by, event.data.undoesCreditId], [by, 'c1']);
    const [balance] = await quota.balancesOf([given.payer]);
    assert.deepEqual([balance?.creditedNanoUsd, balance?.availableNanoUsd], [40n, 40n]);
  });

  test('is refused where the money is not there, or set aside, or nothing is to be taken', async (t) => {
    const quota = await start(t, await createLog(100n));
    const codeOf = async (fields: Partial<Debit>) => {
      const answer = await quota.debit(debit(fields));
      return 'refusal' in answer ? `${answer.refusal.code} ${answer.refusal.param}` : 'debited';
    };
    assert.equal(await codeOf({ amountNanoUsd: 101n }), 'insufficient_balance amount_usd');
    assert.equal(await codeOf({ amountNanoUsd: 0n }), 'invalid_request amount_usd');
    assert.equal(await codeOf({ payer: { kind: 'team', id: 'u' } }), 'insufficient_balance amount_usd');
    await quota.admit(request({ outputTokensRequested: 50 }));
    assert.equal(await codeOf({ amountNanoUsd: 51n }), 'insufficient_balance amount_usd');
    assert.equal(await codeOf({ amountNanoUsd: 50n }), 'debited');
  });

  test('and requests at the same time never take the same money', async (t) => {
    const quota = await start(t, await createLog(1_050n));
    const debits = times(20, () => quota.debit(debit({ amountNanoUsd: 100n })));
    const admissions = times(20, () => quota.admit(request()));
    const taken = (await Promise.all(debits)).filter((answer) => 'position' in answer).length;
    const admitted = (await Promise.all(admissions)).filter((answer) => outcomeOf(answer) === 'admitted').length;
    assert.equal(taken + admitted, 10);
    assert.equal(quota.balance('u').availableNanoUsd, 50n);
  });

  test('of one id debits once, at the same time and later, and no other under its id', async (t) => {
    const journal = await createLog(100n);
    const quota = await start(t, journal);
    const given = debit();
    const [first, second] = await Promise.all([quota.debit(given), quota.debit(given)]);
    assert.deepEqual(first, second);
    assert.deepEqual(await quota.debit({ ...given, reason: 'the same' }), first);
    const other = await quota.debit({ ...given, amountNanoUsd: 1n });
    assert.ok('refusal' in other && other.refusal.code === 'conflict');
    assert.equal(quota.balance('u').availableNanoUsd, 40n);
  });

  test('whose append may have failed keeps its money aside until the log has answered', async (t) => {
    const log = await createLog(100n);
    const state = { failure: 'none' as 'none' | 'before' | 'after' };
    const append: Journal['append'] = async (each) => {
      if (state.failure === 'after') await log.append(each);
      if (state.failure !== 'none') throw new Fault({ code: 'unavailable', message: 'The log cannot be written.' });
      return log.append(each);
    };
    for (const [failure, left] of [
      ['before', 40n],
      ['after', 10n],
    ] as const) {
      const quota = await start(t, { ...log, append });
      const given = debit({ amountNanoUsd: failure === 'before' ? 60n : 30n });
      state.failure = failure;
      await assert.rejects(quota.debit(given), { code: 'unavailable' });
      state.failure = 'none';
      const answer = await quota.debit(debit({ amountNanoUsd: left + 1n }));
      assert.ok('refusal' in answer, 'its money is not given twice');
      await until(async () => quota.balance('u').availableNanoUsd === left);
      assert.ok('position' in (await quota.debit(given)), 'asked again, it is told where it is');
      assert.equal((await log.readStream(`debit-${given.debitId}`)).length, 1);
      await quota.close();
    }
  });
});
