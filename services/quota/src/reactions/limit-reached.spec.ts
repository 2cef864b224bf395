import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { GatewayEvent } from '#contracts/events.ts';
import { admitted, charged, used } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { test } from '#testkit/test.ts';
import { emptyBooks, foldEvent } from '../domain/account/books.ts';
import type { AccountEvent } from '../domain/account/events.ts';
import type { Limit } from '../domain/limit/limit.ts';
import { until } from '../testing.ts';
import { createLimitReached } from './limit-reached.ts';

const on = { limitId: 'l', generation: 1, unit: 'output_tokens', amount: '10', provider: '', kind: 'soft' };
const limit: Limit = {
  limitId: 'l',
  generation: 1,
  unit: 'output_tokens',
  period: 'minute',
  kind: 'soft',
  amount: 100n,
  raise: undefined,
  provider: '',
};

test('a request that ends two windows later tells that it passed the limit of its own', async () => {
  const journal = createMemoryJournal();
  const logger = pino({ level: 'silent' });
  const limitReached = createLimitReached({ journal, clock: () => 200_000, logger, limitOf: () => limit });
  const books = emptyBooks();
  let position = 0;
  const fold = (event: GatewayEvent) => {
    position += 1;
    const { before, after, ended } = foldEvent(books, { ...event, position } as AccountEvent);
    if (before !== undefined && after === undefined) limitReached.onOutcome(before, ended);
  };
  for (const [index, requestId] of ['a', 'b', 'c'].entries()) {
    const event = admitted({ requestId, admittedAtMs: index * 60_000 });
    const reservations = [{ ...on, windowStartMs: String(index * 60_000) }];
    fold({ ...event, data: { ...event.data, reservations } });
  }
  const charge = charged({ requestId: 'a', amountNanoUsd: 1n });
  fold(used({ requestId: 'a' }));
  fold({ ...charge, data: { ...charge.data, lines: [{ unit: 'output', quantity: 101, pricePicoUsd: '0' }] } });
  await until(async () => (await journal.readStream('limit-reached-l')).length === 1);
  const [reached] = await journal.readStream('limit-reached-l');
  assert.ok(reached?.type === 'LimitReached');
  assert.deepEqual([reached.data.windowStartMs, reached.data.used, reached.data.requestId], ['0', '101', 'a']);
});
