import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { createLogger } from '#telemetry/logger.ts';
import { describe, test } from '#testkit/test.ts';
import { createBodyBudget } from '../http/body-budget.ts';
import { emptyRecord } from '../http/exchange.ts';
import { type Call, ownCall } from './call.ts';
import { createCalls } from './calls.ts';

const client: Call = {
  id: 'request-1',
  startedAtMs: 0,
  dialect: 'openai',
  record: { ...emptyRecord('mine'), userId: 'user-1', keyId: 'key-1', inputTokens: 7 },
  traceparent: undefined,
  bodyBytesHeld: 0,
  stop: undefined,
  request: { headers: { 'x-gateway-tags': 'a' }, url: '/v1/responses' },
  response: { headersSent: false, setHeader: () => assert.fail('the client’s answer is not this call’s') },
};

function opened() {
  const finished: Pick<Call, 'id' | 'record'>[] = [];
  const lines: Record<string, unknown>[] = [];
  const budget = createBodyBudget(1_000);
  const logger = createLogger({
    level: 'error',
    service: 'ingress',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const calls = createCalls({ budget, logger, finish: (call) => void finished.push(call) });
  return { calls, budget, finished, lines };
}

describe('a call without an HTTP answer', () => {
  test('has the headers and the caller of the request that brought it, and no facts of its answer', () => {
    const call = ownCall(client, { route: 'run' });
    assert.notEqual(call.id, client.id);
    assert.equal(call.request.headers['x-gateway-tags'], 'a');
    const { route, userId, keyId, inputTokens, clientRequestId } = call.record;
    assert.deepEqual([route, userId, keyId, inputTokens, clientRequestId], ['run', 'user-1', 'key-1', 0, 'mine']);
    call.response.setHeader('x-a', 'b');
  });

  test('is in flight while it runs, and leaves a line and no bytes', async () => {
    const { calls, budget, finished } = opened();
    const call = ownCall(client, { route: 'run', id: 'request-2' });
    const fault = await calls.run(call, async () => {
      assert.equal(calls.open.size, 1);
      assert.ok(budget.reserve(600));
      call.bodyBytesHeld += 600;
    });
    assert.deepEqual([fault, calls.open.size, budget.reservedBytes], [undefined, 0, 0]);
    assert.deepEqual(
      finished.map(({ id }) => id),
      ['request-2'],
    );
  });

  test('resolves with what ended it, and logs what has a cause', async () => {
    const { calls, finished, lines } = opened();
    const refusal = { code: 'unavailable', message: 'Not now.' } as const;
    const no = await calls.run(ownCall(client, { route: 'run' }), async () => {
      throw new Fault(refusal);
    });
    assert.deepEqual([no?.refusal.code, lines.length], ['unavailable', 0]);
    const broken = await calls.run(ownCall(client, { route: 'run' }), async () => {
      throw new Error('broken');
    });
    assert.equal(broken?.refusal.code, 'internal_error');
    assert.deepEqual(
      finished.map(({ record }) => record.error),
      ['unavailable', 'internal_error'],
    );
    assert.equal(lines.length, 1);
  });
});
