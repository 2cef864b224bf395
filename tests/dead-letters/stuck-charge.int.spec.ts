import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { streams } from '#contracts/streams.ts';
import { test } from '#testkit/test.ts';
import { openWorld, type World } from './world.ts';

interface LetterJson {
  readonly consumer: string;
  readonly position: number;
  readonly eventType: string;
  readonly requestId: string;
  readonly error: { readonly code: string; readonly message: string };
  readonly tries: number;
  readonly firstTriedAt: string;
  readonly lastTriedAt: string;
}

const letters = (stdout: string): LetterJson[] => JSON.parse(stdout).deadLetters;

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isTrue()); tries += 1) {
    assert.ok(tries < 1_000, `${what} must come within some seconds`);
    await pause(10);
  }
}

async function chargesOf({ journal }: World, requestId: string): Promise<string[]> {
  const events = await journal.readStream(streams.request(requestId));
  return events.flatMap((event) => (event.type === 'ChargePosted' ? [event.data.amountNanoUsd] : []));
}

test('a usage whose price is gone is listed with why, over a restart, and the retry after the mend charges it once', async () => {
  await using world = await openWorld();
  const first = await world.startBilling();
  const requestId = await world.use();
  await until('the usage to be stuck', () => first.stats().chargesStuck === 1);
  const listed = await first.ctl('dead-letters', 'list', '--json');
  assert.equal(listed.code, 4, listed.stderr);
  const [letter, ...more] = letters(listed.stdout);
  assert.ok(letter !== undefined && more.length === 0);
  assert.deepEqual(
    [letter.consumer, letter.eventType, letter.requestId, letter.error, letter.tries],
    [
      'billing.charges',
      'UsageRecorded',
      requestId,
      { code: 'price_missing', message: 'the log has no version 1 of price "openai/later"' },
      1,
    ],
  );
  assert.equal(letter.position, await world.journal.head());
  const early = await first.ctl('dead-letters', 'retry', '--request', requestId);
  assert.equal(early.code, 4);
  assert.match(early.stdout, /0 succeeded, 1 stuck still\.\n.*\n.*2 tries.*price_missing/);
  await first.close();

  const second = await world.startBilling();
  await until('the start to have tried it', () => second.stats().chargesStuck === 1);
  const [kept] = letters((await second.ctl('dead-letters', 'list', '--json')).stdout);
  assert.deepEqual([kept?.tries, kept?.firstTriedAt, kept?.position], [1, letter.firstTriedAt, letter.position]);
  assert.ok(kept !== undefined && kept.lastTriedAt > letter.lastTriedAt);
  assert.ok(world.quota.balance('u1').heldNanoUsd > 0n);

  await world.publishPrice();
  const retried = await second.ctl('dead-letters', 'retry', '--consumer', 'billing.charges', '--json');
  assert.equal(retried.code, 0, retried.stderr);
  assert.equal(JSON.parse(retried.stdout).succeededCount, 1);
  assert.deepEqual(await chargesOf(world, requestId), ['15']);
  await until('the hold to be captured', () => world.quota.balance('u1').heldNanoUsd === 0n);
  assert.equal(world.quota.balance('u1').chargedNanoUsd, 15n);
  const empty = await second.ctl('dead-letters', 'list');
  assert.deepEqual([empty.code, second.stats().chargesStuck], [0, 0]);
  assert.match(empty.stdout, /^Nothing is stuck\.\nAsked: .*billing\.charges.*billing\.ledger/);
  const again = await second.ctl('dead-letters', 'retry', '--request', requestId);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /No dead letter is of request .*it has its outcome/);
  await second.close();
});

test('retries that race with one another, the automatic one and a second leader charge each usage once', async () => {
  await using world = await openWorld();
  const first = await world.startBilling({ stuckRetryMs: 5 });
  const ids = await Promise.all(Array.from({ length: 50 }, () => world.use()));
  await until('the usages to be stuck', () => first.stats().chargesStuck === ids.length);
  const second = await world.startBilling({ stuckRetryMs: 5 });
  await world.publishPrice();
  const retries = await Promise.all([
    first.ctl('dead-letters', 'retry'),
    first.ctl('dead-letters', 'retry'),
    second.ctl('dead-letters', 'retry'),
  ]);
  assert.deepEqual(
    retries.map(({ code }) => code),
    [0, 0, 0],
  );
  for (const requestId of ids) assert.deepEqual(await chargesOf(world, requestId), ['15']);
  await until('the holds to be captured', () => world.quota.balance('u1').heldNanoUsd === 0n);
  assert.equal(world.quota.balance('u1').chargedNanoUsd, 50n * 15n);
  for (const leader of [first, second]) {
    assert.equal((await leader.ctl('dead-letters', 'list')).code, 0);
    assert.equal(leader.stats().chargesStuck, 0);
    await leader.close();
  }
});

test('a usage that another leader has charged is a dead letter of nobody', async () => {
  await using world = await openWorld();
  const first = await world.startBilling();
  const requestId = await world.use();
  await until('the usage to be stuck', () => first.stats().chargesStuck === 1);
  await world.publishPrice();
  const second = await world.startBilling();
  await until('the second to charge it', async () => (await chargesOf(world, requestId)).length === 1);
  await until('the first to see it', () => first.stats().chargesStuck === 0);
  for (const leader of [first, second]) {
    assert.equal((await leader.ctl('dead-letters', 'list')).code, 0);
    await leader.close();
  }
});
