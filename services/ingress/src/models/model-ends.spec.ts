import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { RegistryFold } from '#registry/registry.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import type { Exchange } from '../http/exchange.ts';
import { model } from '../testing.ts';
import { createModelEnds } from './model-ends.ts';

const DAY_MS = 24 * 3_600_000;
const startMs = Date.UTC(2026, 11, 1);

/** What is told of models, on a clock of the test's. */
function tellsOf(registry: RegistryFold) {
  let nowMs = startMs;
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  const metrics = createMetrics({ withProcessDefaults: false });
  const ends = createModelEnds({ registry, metrics, logger, clock: () => nowMs });
  const exchange = { response: { headersSent: true } } as Exchange;
  return {
    lines,
    pass(ms: number) {
      nowMs += ms;
    },
    ask: (name: string) => ends.tell(exchange, name, { ...model, id: name }),
    async watched() {
      ends.publish();
      return (await metrics.modelRetires.get()).values.map(({ labels }) => labels['model']);
    },
  };
}

const endsAt = (id: string, ms: number) => policy.model({ id, retiresAt: new Date(startMs + ms).toISOString() });

test('an operator reads of a model in use once a day, before its end and after it', () => {
  const told = tellsOf(registryOf(endsAt('m', 2 * DAY_MS), endsAt('later', 31 * DAY_MS)));
  told.ask('later');
  told.ask('m');
  told.ask('m');
  assert.deepEqual(told.lines, ['a model in use ends soon']);
  told.pass(DAY_MS - 1);
  told.ask('m');
  assert.equal(told.lines.length, 1);
  told.pass(DAY_MS + 1);
  told.ask('m');
  assert.deepEqual(told.lines, ['a model in use ends soon', 'a model in use has ended, says its provider']);
});

test('a model that nobody asks for any more is not in use', async () => {
  const told = tellsOf(registryOf(endsAt('m', 2 * DAY_MS)));
  told.ask('m');
  assert.deepEqual(await told.watched(), ['m']);
  told.pass(DAY_MS + 1);
  assert.deepEqual(await told.watched(), []);
});

test('the series of the metric are bounded, whatever names clients choose', async () => {
  const told = tellsOf(registryOf(endsAt('m-*', DAY_MS)));
  for (let at = 0; at < 300; at++) told.ask(`m-${at}`);
  assert.equal((await told.watched()).length, 200);
});
