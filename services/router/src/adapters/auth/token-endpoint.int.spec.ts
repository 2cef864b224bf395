import assert from 'node:assert/strict';
import { createOutwardGuard } from '#config/outward-guard.ts';
import { test } from '#testkit/test.ts';
import { CallFault } from '../../ports.ts';
import { thisMachine } from '../../testing.ts';
import { httpServer, spokenAs } from './testing.ts';
import { openTokenEndpoint } from './token-endpoint.ts';

test('an answer that drips without an end is given up', async (t) => {
  const origin = await httpServer(t, (response) => {
    response.write('{');
    const dripping = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(dripping));
  });
  const config = { name: 'p', baseUrl: origin, apiKey: 'k', spoken: spokenAs('vertex', origin) };
  const guard = createOutwardGuard(thisMachine);
  const endpoint = openTokenEndpoint(new URL(origin), config, { guard, connectTimeoutMs: 10_000, timeoutMs: 300 });
  t.defer(() => endpoint.close());
  const isLate = (thrown: unknown): boolean => thrown instanceof CallFault && thrown.reason === 'timeout';
  await assert.rejects(endpoint.post(new URLSearchParams()), isLate);
});
