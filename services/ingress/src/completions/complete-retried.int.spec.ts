import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { describe, test } from '#testkit/test.ts';
import type { ClaimStore } from '../idempotency/claim-store.ts';
import { createMemoryClaims } from '../idempotency/testing.ts';
import {
  aborted,
  chunk,
  done,
  end,
  head,
  someSettings,
  startTestGateway,
  type TestGateway,
  until,
} from '../testing.ts';
import { failWith, post, question } from './testing.ts';

const streamed = JSON.stringify({ ...question, stream: true });
const SESSION = { 'x-claude-code-session-id': 's-1' };
const event = (type: string, body: unknown = {}, recordedAtMs = 5_000): RecordedEvent =>
  ({ type, data: body, recordedAtMs }) as unknown as RecordedEvent;
const admitted = event('RequestAdmitted');
const used = [admitted, event('UsageRecorded', { quantities: [{ unit: 'output', quantity: 3 }] })];

/** A gateway whose first answers stop in their middle until `go` is called. */
async function slowGateway(options: Parameters<typeof startTestGateway>[0] = {}) {
  const goOn = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const claims = createMemoryClaims();
  const gateway = await startTestGateway({
    claims,
    async *frames(_request, signal): AsyncGenerator<CompleteFrame> {
      signals.push(signal);
      yield head('text/event-stream');
      yield chunk('Hel');
      await Promise.race([goOn.promise, aborted(signal)]);
      yield chunk('lo');
      yield done;
      yield end;
    },
    log: () => used,
    ...options,
  });
  const isAwaited = () => [...claims.rows.values()].some((row) => row.isAwaited);
  return { gateway, signals, isAwaited, goOn: () => goOn.resolve() };
}

async function leaveInTheMiddle(gateway: TestGateway, body = streamed): Promise<void> {
  const client = new AbortController();
  const response = await post(gateway, body, { signal: client.signal, headers: SESSION });
  for await (const piece of response.body ?? []) if (Buffer.from(piece).includes('Hel')) break;
  client.abort();
}

const ask = (gateway: TestGateway, headers: Record<string, string> = SESSION, body = streamed) =>
  post(gateway, body, { headers });

async function textOf(response: Response): Promise<string> {
  const text = await response.text();
  const contents = text.matchAll(/"content":"([^"]*)"/g);
  return [...contents].map(([, content]) => content).join('') + (text.includes('[DONE]') ? '' : '<cut>');
}

describe('an agent that repeats a request', () => {
  test('whose connection broke has the answer of the first try, whole, and it runs once', async () => {
    const { gateway, goOn, isAwaited } = await slowGateway();
    await using _gateway = gateway;
    await leaveInTheMiddle(gateway);
    const again = ask(gateway);
    await until(isAwaited);
    goOn();
    const response = await again;
    assert.equal(await textOf(response), 'Hello');
    assert.equal(response.headers.get('idempotent-replayed'), 'true');
    assert.equal(gateway.admitted.length, 1);
  });

  test('that is under way for another client waits for the same answer', async () => {
    const { gateway, goOn, isAwaited } = await slowGateway();
    await using _gateway = gateway;
    const first = await ask(gateway);
    const second = ask(gateway);
    await until(isAwaited);
    goOn();
    assert.equal(await textOf(first), 'Hello');
    assert.equal(await textOf(await second), 'Hello');
    assert.equal(gateway.admitted.length, 1);
  });

  test('that it has the whole answer of begins another', async () => {
    const { gateway, goOn } = await slowGateway();
    await using _gateway = gateway;
    goOn();
    for (const times of [1, 2]) {
      assert.equal(await textOf(await ask(gateway)), 'Hello');
      await until(async () => gateway.completed.length === times);
    }
    assert.equal(gateway.admitted.length, 2);
  });

  test('that a provider cut begins another, and only that one is paid for', async () => {
    let isCut = true;
    await using gateway = await startTestGateway({
      async *frames() {
        if (isCut)
          yield* failWith(
            { code: 'upstream_cut', message: 'It broke off.' },
            head('text/event-stream'),
            chunk('Hel'),
          )();
        else yield* [head('text/event-stream'), chunk('Hello'), done, end];
      },
      log: () => [admitted, event('UsageRecorded', { quantities: [] })],
    });
    await assert.rejects((await ask(gateway)).text());
    isCut = false;
    assert.equal(await textOf(await ask(gateway)), 'Hello');
    assert.deepEqual(
      gateway.completed.map(({ request }) => request.paysOnlyWhole),
      [true, true],
    );
    assert.equal(gateway.admitted.length, 2);
  });

  test('under which the gateway died begins another where nothing was charged, and none where something was', async () => {
    const claims = createMemoryClaims();
    const orphan = await orphanedBy(claims);
    const logs: Record<string, readonly RecordedEvent[]> = { admitted: [admitted], used };
    for (const [fate, aloneSinceMs, status] of [
      ['used', 0, 409],
      ['admitted', 6_000, 200],
    ] as const) {
      await using gateway = await startTestGateway({ claims, log: () => logs[fate] ?? [], aloneSinceMs });
      const response = await ask(gateway, SESSION, orphan);
      assert.equal(response.status, status, fate);
      if (status === 409) assert.match(await response.text(), /idempotency_answer_lost/);
      else await response.text();
      assert.equal(gateway.admitted.length, status === 200 ? 1 : 0);
    }
  });

  test('after it has left for too long has had its answer given up, and begins another', async () => {
    const { gateway, signals, goOn } = await slowGateway({ returnWithinMs: 20 });
    await using _gateway = gateway;
    await leaveInTheMiddle(gateway);
    await until(() => signals[0]?.aborted === true);
    goOn();
    assert.equal(await textOf(await ask(gateway)), 'Hello');
    assert.equal(gateway.admitted.length, 2);
  });

  test('is served although the claims are away', async () => {
    const claims: ClaimStore = { ...createMemoryClaims(), take: () => Promise.reject(new Error('away')) };
    const { gateway, goOn } = await slowGateway({ claims });
    await using _gateway = gateway;
    goOn();
    assert.equal(await textOf(await ask(gateway)), 'Hello');
    assert.equal(gateway.completed[0]?.request.paysOnlyWhole, false);
  });
});

describe('two requests run', () => {
  const others: readonly (readonly [string, Record<string, string>, string])[] = [
    ['of no agent', {}, streamed],
    ['of another session', { 'x-claude-code-session-id': 's-2' }, streamed],
    ['of another agent of the session', { ...SESSION, 'x-claude-code-agent-id': 'a' }, streamed],
    ['with another body', SESSION, streamed.replace('hello', 'goodbye')],
  ];
  for (const [what, headers, body] of others) {
    test(`where the other one is ${what}`, async () => {
      const { gateway, goOn } = await slowGateway();
      await using _gateway = gateway;
      const first = await ask(gateway, what === 'of no agent' ? {} : SESSION);
      const second = await ask(gateway, headers, body);
      goOn();
      assert.equal(await textOf(first), 'Hello');
      assert.equal(await textOf(second), 'Hello');
      assert.equal(gateway.admitted.length, 2);
    });
  }

  for (const [setting, value] of Object.entries({ agentRetries: 'each', abandonedAnswers: 'stop' })) {
    test(`where the settings say ${setting}: ${value}`, async () => {
      const { gateway, goOn } = await slowGateway();
      await using _gateway = gateway;
      gateway.registry.load({ case: 'settings', value: someSettings({ [setting]: value }) });
      const both = [await ask(gateway), await ask(gateway)];
      goOn();
      assert.deepEqual(await Promise.all(both.map(textOf)), ['Hello', 'Hello']);
      assert.equal(gateway.admitted.length, 2);
    });
  }
});

/** The body of a request whose process died while it was carried out. */
async function orphanedBy(claims: ClaimStore): Promise<string> {
  const never = Promise.withResolvers<void>();
  let isBegun = false;
  const gateway = await startTestGateway({
    claims,
    async *frames(_request, signal): AsyncGenerator<CompleteFrame> {
      isBegun = true;
      await Promise.race([never.promise, aborted(signal)]);
      yield end;
    },
  });
  const client = new AbortController();
  post(gateway, streamed, { headers: SESSION, signal: client.signal }).catch(() => undefined);
  await until(() => isBegun);
  const [row] = [...(claims as ReturnType<typeof createMemoryClaims>).rows.values()];
  assert.ok(row);
  await claims.orphan(row.claim);
  client.abort();
  return streamed;
}
