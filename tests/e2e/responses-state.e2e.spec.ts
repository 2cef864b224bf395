import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { afterAll, describe, test } from '#testkit/test.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { install } from './support/install.ts';
import type { Customer } from './support/installation.ts';
import { openLogReader } from './support/log-reader.ts';
import { metered } from './support/provider-meter.ts';
import { until } from './support/until.ts';

/* What the gateway keeps of responses beside their answers: each is one request, admitted, used and charged once. */

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

const models = ['gpt-4o-mini', 'claude-haiku-4-5'] as const;

const isOver = (status: string | undefined): boolean => status !== 'queued' && status !== 'in_progress';

async function ended({ client }: Customer, id: string) {
  return until('a background response to end', async () => {
    const told = await client.responses.retrieve(id);
    return isOver(told.status) ? told : undefined;
  });
}

/** Amounts of a customer's charges, once everything has ended. */
async function charges({ userId }: Customer): Promise<{ requestId: string; nanoUsd: bigint }[]> {
  await installation.settled();
  await using log = await openLogReader(installation);
  const posted = (await log.events('ChargePosted')).filter(({ data }) => data.userId === userId);
  return posted.map(({ data }) => ({ requestId: data.requestId, nanoUsd: BigInt(data.amountNanoUsd) }));
}

/** Each charge is what the provider metered of its request. */
async function assertMetered(customer: Customer, count: number): Promise<void> {
  const posted = await charges(customer);
  assert.equal(posted.length, count);
  for (const { requestId, nanoUsd } of posted) {
    const records = (await metered(installation.simulatorUrl, requestId)).filter(
      ({ status }) => status === 'completed',
    );
    assert.deepEqual(
      records.map((record) => expectedCharge(record)),
      [nanoUsd],
    );
  }
  const { held, charged } = await customer.balance();
  assert.equal(held, 0n);
  assert.equal(
    charged,
    posted.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n),
  );
}

describe('in the background', () => {
  for (const model of models) {
    test(`an answer of ${model} is charged once, however often it is asked for`, async () => {
      const customer = await installation.customer();
      const begun = await customer.client.responses.create({ model, input: 'Hello', background: true });
      assert.ok(['queued', 'in_progress'].includes(begun.status ?? ''), begun.status);
      assert.equal(begun.background, true);
      const done = await ended(customer, begun.id);
      assert.equal(done.status, 'completed');
      assert.equal(done.id, begun.id);
      assert.ok(done.output_text.length > 0);
      await Promise.all(Array.from({ length: 20 }, () => customer.client.responses.retrieve(begun.id)));
      await assertMetered(customer, 1);
    });
  }

  test('a stream that its client left goes on, and is taken up where it was left', async () => {
    const customer = await installation.customer();
    const stream = await customer.client.responses.create({
      ...{ model: 'gpt-4o-mini', input: 'Tell me of the sea', background: true, stream: true },
    });
    let id = '';
    let last = -1;
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id;
      last = event.sequence_number;
      if (event.type === 'response.output_text.delta') break;
    }
    stream.controller.abort();
    const rest = await customer.client.responses.retrieve(id, { stream: true, starting_after: last });
    const numbers: number[] = [];
    let text = '';
    for await (const event of rest) {
      numbers.push(event.sequence_number);
      if (event.type === 'response.completed') text = event.response.output.length > 0 ? 'there' : '';
    }
    assert.equal(text, 'there');
    assert.deepEqual(
      numbers,
      numbers.map((_, at) => last + 1 + at),
    );
    assert.equal((await ended(customer, id)).status, 'completed');
    await assertMetered(customer, 1);
  });

  test('a response that is cancelled is over, and another cannot be', async () => {
    const customer = await installation.customer();
    await fetch(`${installation.simulatorUrl}/simulator/script`, {
      method: 'PUT',
      body: JSON.stringify({ chunkDelayMs: 300, chunks: 60 }),
    });
    try {
      const begun = await customer.client.responses.create({ model: 'gpt-4o-mini', input: 'Hello', background: true });
      await pause(500);
      const told = await customer.client.responses.cancel(begun.id);
      assert.ok(['cancelled', 'in_progress'].includes(told.status ?? ''), told.status);
      assert.equal((await ended(customer, begun.id)).status, 'cancelled');
      assert.equal((await customer.client.responses.cancel(begun.id)).status, 'cancelled');
    } finally {
      await fetch(`${installation.simulatorUrl}/simulator/script`, { method: 'PUT', body: '{}' });
    }
    assert.ok((await charges(customer)).length <= 1);
    const usual = await customer.client.responses.create({ model: 'gpt-4o-mini', input: 'Hello' });
    await assert.rejects(customer.client.responses.cancel(usual.id), { status: 400 });
  });

  test('is refused before it begins, like any other', async () => {
    const poor = await installation.customer({ creditUsd: '' });
    await assert.rejects(poor.client.responses.create({ model: 'gpt-4o-mini', input: 'Hi', background: true }), {
      status: 402,
    });
    const { client } = await installation.customer();
    const none = { model: 'gpt-4o-mini', input: 'Hi', background: true, store: false };
    await assert.rejects(client.responses.create(none), { status: 400 });
  });

  test('and belongs to its owner', async () => {
    const [owner, stranger] = [await installation.customer(), await installation.customer()];
    const { id } = await owner.client.responses.create({ model: 'gpt-4o-mini', input: 'Hi', background: true });
    const { responses } = stranger.client;
    await assert.rejects(responses.retrieve(id), { status: 404 });
    await assert.rejects(responses.cancel(id), { status: 404 });
    await assert.rejects(responses.delete(id), { status: 404 });
    assert.equal((await ended(owner, id)).status, 'completed');
  });

  test('one idempotency key is one response', async () => {
    const customer = await installation.customer();
    const body = { model: 'gpt-4o-mini', input: 'Hi', background: true } as const;
    const headers = { 'idempotency-key': 'once' };
    const first = await customer.client.responses.create(body, { headers });
    await ended(customer, first.id);
    const again = await customer.client.responses.create(body, { headers });
    assert.equal(again.id, first.id);
    await assertMetered(customer, 1);
  });
});

describe('a conversation', () => {
  for (const model of models) {
    test(`with ${model} remembers its turns`, async () => {
      const customer = await installation.customer();
      const { client } = customer;
      const { id } = await client.conversations.create({
        metadata: { topic: 'names' },
        items: [{ type: 'message', role: 'user', content: 'My name is Ada.' }],
      });
      const first = await client.responses.create({ model, input: 'What is my name?', conversation: id });
      assert.equal(first.conversation?.id, id);
      await client.responses.create({ model, input: 'Sure?', conversation: { id } });
      const items = await client.conversations.items.list(id, { order: 'asc' });
      const texts = items.data.map((item) => JSON.stringify(item));
      assert.equal(texts.length, 5);
      assert.match(texts[0] ?? '', /My name is Ada/);
      assert.match(texts[1] ?? '', /What is my name/);
      assert.match(texts[2] ?? '', /"assistant"/);
      assert.match(texts[3] ?? '', /Sure\?/);
      const records = await metered(installation.simulatorUrl);
      assert.ok(records.length > 0);
      await assertMetered(customer, 2);
      await client.conversations.delete(id);
      await assert.rejects(client.conversations.retrieve(id), { status: 404 });
    });
  }

  test('is its owner’s alone, and does not go with previous_response_id', async () => {
    const [owner, stranger] = [await installation.customer(), await installation.customer()];
    const { id } = await owner.client.conversations.create({});
    await assert.rejects(stranger.client.conversations.retrieve(id), { status: 404 });
    await assert.rejects(stranger.client.conversations.items.list(id), { status: 404 });
    await assert.rejects(stranger.client.responses.create({ model: 'gpt-4o-mini', input: 'Hi', conversation: id }), {
      status: 404,
    });
    const both = { model: 'gpt-4o-mini', input: 'Hi', conversation: id, previous_response_id: 'resp_1' };
    await assert.rejects(owner.client.responses.create(both), { status: 400 });
    assert.deepEqual(await charges(owner), []);
  });
});

describe('a compaction', () => {
  for (const model of models) {
    test(`by ${model} stands for the conversation`, async () => {
      const customer = await installation.customer();
      const { client } = customer;
      const input = [
        { role: 'user' as const, content: 'My name is Ada.' },
        { role: 'assistant' as const, content: 'Hello Ada.' },
      ];
      const compacted = await client.responses.compact({ model, input });
      assert.equal(compacted.object, 'response.compaction');
      const items = compacted.output.filter(({ type }) => type === 'compaction');
      assert.equal(items.length, 1);
      const next = [...compacted.output, { role: 'user' as const, content: 'What is my name?' }] as typeof input;
      const told = await client.responses.create({ model, input: next, store: false });
      assert.equal(told.status, 'completed');
      await assertMetered(customer, 2);
    });
  }
});

describe('over a WebSocket', () => {
  for (const model of models) {
    test(`turns of ${model} are requests of their own`, async () => {
      const customer = await installation.customer();
      const socket = new ResponsesWS(customer.client);
      const turn = async (fields: Readonly<Record<string, unknown>>) => {
        const types: string[] = [];
        const done = Promise.withResolvers<{ id: string; text: string }>();
        const listen = (event: { type: string; response?: { id: string; output: unknown } }): void => {
          types.push(event.type);
          if (event.type === 'response.completed' && event.response) {
            done.resolve({ id: event.response.id, text: JSON.stringify(event.response.output) });
          }
        };
        socket.on('event', listen as never);
        socket.on('error', (error) => done.reject(error));
        socket.send({ type: 'response.create', model, ...fields } as never);
        const ended = await done.promise;
        socket.off('event', listen as never);
        assert.equal(types[0], 'response.created');
        return ended;
      };
      const first = await turn({ input: 'My name is Ada.', store: false });
      const second = await turn({ input: 'What is my name?', store: false, previous_response_id: first.id });
      assert.notEqual(first.id, second.id);
      socket.close();
      await assertMetered(customer, 2);
    });
  }
});
