import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { GatewayEvent } from '#contracts/events.ts';
import { userPayer } from '#contracts/payer.ts';
import { admitted, charged, credited, keyCreated, pricePublished, used, userCreated } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { test } from '#testkit/test.ts';
import { fundsOf } from '../memory/decision-state.ts';
import { accountOf } from '../memory/find-caller.ts';
import { createPendingAdmissions } from '../memory/pending-admissions.ts';
import { rules, worldOf } from '../memory/testing.ts';
import { createAdmit } from './admit.ts';
import { createDebit } from './debit.ts';
import { createDeciding } from './decide-now.ts';
import { outcomeOf, outcomesOf, request, times } from './testing.ts';

const NOW = 600_000;

/** A leader's real memory and decisions; what it writes is durable at once and never folded. */
function createWorld(balanceNanoUsd: bigint, chargeWaitMs: number, ...policy: readonly GatewayEvent[]) {
  const world = worldOf(
    [
      userCreated({ userId: 'u' }),
      keyCreated({ keyId: 'k', userId: 'u' }),
      credited('u', balanceNanoUsd),
      pricePublished('c/m'),
      ...policy,
    ],
    { configured: { chargeWaitMs } },
  );
  const { sources, metered, outcomes } = world.memory;
  const { pending } = sources;
  const away = { isAway: () => false, doubtful: createPendingAdmissions() };
  const clock = () => NOW;
  const assertServing = () => undefined;
  const catchUp = async () => false;
  const config = { maxPending: 1_000, askedForMs: 5_000, durability: 'strict', chargeWaitMs } as const;
  const writer = { ...away, write: async () => true, giveUp: () => undefined, probe: async () => undefined };
  const deciding = createDeciding({ sources, writer, metered, rules, clock, assertServing });
  const admit = createAdmit({ deciding, pending, writer, outcomes, config, catchUp });
  const logger = pino({ level: 'silent' });
  const debit = createDebit({
    journal: createMemoryJournal(),
    pending,
    fundsOf: (payer) => fundsOf(sources, accountOf(payer, sources.live.accounts)),
    clock,
    logger,
    assertServing,
    catchUp,
    isFolded: () => false,
    isClosed: () => true,
  });

  /** A request that has ended, and waits for its charge. */
  function meter(requestId: string, reservations: GatewayEvent<'RequestAdmitted'>['data']['reservations'] = []) {
    const hold = { requestId, userId: 'u', holdNanoUsd: 100n, reservations, admittedAtMs: NOW };
    world.take(admitted(hold), used({ requestId, userId: 'u' }));
    return { charge: () => world.take(charged({ requestId, userId: 'u', holdNanoUsd: 100n, amountNanoUsd: 0n })) };
  }
  return { admit, debit, meter, pending };
}

test('of many that wait for one charge as many are admitted as it pays for', async () => {
  const { admit, meter } = createWorld(100n, 200);
  const ended = meter('r');
  const waiting = times(5, () => admit(request()));
  await pause(20);
  ended.charge();
  assert.deepEqual(await outcomesOf(waiting), { admitted: 1, insufficient_balance: 4 });
});

test('of many that wait for one charge as many are admitted as it leaves on a hard limit', async () => {
  const fields = { id: 'l', subject: { kind: 'user', id: 'u' }, amount: '100', period: 'ever', generation: 1 };
  const { admit, meter } = createWorld(
    10_000n,
    200,
    resourceSet('limit', { ...fields, unit: 'output_tokens', kind: 'hard' }),
  );
  const on = { limitId: 'l', generation: 1, windowStartMs: '0', unit: 'output_tokens', provider: '', kind: 'hard' };
  const ended = meter('r', [{ ...on, amount: '100' }]);
  const waiting = times(5, () => admit(request()));
  await pause(20);
  ended.charge();
  assert.deepEqual(await outcomesOf(waiting), { admitted: 1, quota_exceeded: 4 });
});

test('no debit gets the money that one who waited was just given', async () => {
  const by = { actor: 'bootstrap', role: 'owner' as const, address: '', requestId: '' };
  const given = { debitId: 'd', payer: userPayer('u'), amountNanoUsd: 100n, reason: '', undoesCreditId: '', by };
  // Each time the charge comes a microtask later on the debit's way to its decision.
  for (let turns = 0; turns < 30; turns += 1) {
    const { admit, debit, meter } = createWorld(100n, 100);
    const ended = meter('r');
    const waiting = admit(request());
    await pause(5);
    const debiting = debit(given);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    ended.charge();
    const [taken, answer] = await Promise.all([debiting, waiting]);
    const outcomes = ['position' in taken, outcomeOf(answer) === 'admitted'];
    assert.deepEqual(outcomes.filter(Boolean), [true], `after ${turns} turns`);
  }
});

test('nobody waits for a charge that is stuck', async () => {
  const { admit, meter } = createWorld(100n, 60);
  meter('r');
  await pause(70);
  const begun = performance.now();
  assert.equal(outcomeOf(await admit(request())), 'insufficient_balance');
  assert.ok(performance.now() - begun < 40);
});

test('one more than may wait is refused at once', async () => {
  const { admit, meter } = createWorld(100n, 300);
  meter('r');
  const waiting = times(256, () => admit(request()));
  await pause(20);
  const begun = performance.now();
  assert.equal(outcomeOf(await admit(request())), 'insufficient_balance');
  assert.ok(performance.now() - begun < 150);
  assert.deepEqual(await outcomesOf(waiting), { insufficient_balance: 256 });
});
