import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterAll, test } from '#testkit/test.ts';
import { startSimulatorProcess } from '../../services/standalone/src/simulator-process.ts';
import { expectedCharge } from './support/expected-charge.ts';
import type { Customer } from './support/installation.ts';
import { meteredOnce } from './support/provider-meter.ts';
import { installStandalone } from './support/standalone.ts';
import { until } from './support/until.ts';

/*
 * Responses in the background: made without their client, charged once however often they are looked at, and never for ever under
 * way, whatever becomes of the process that makes them.
 */

const simulator = await startSimulatorProcess();
const installation = await installStandalone({
  simulatorUrl: simulator.url,
  // A hold whose process was killed ends by its time, and the tests wait for it.
  environment: {
    ...{ GATEWAY_REQUEST_TIMEOUT_MS: '6000', GATEWAY_BACKGROUND_TIMEOUT_MS: '6000', GATEWAY_HOLD_TTL_MS: '8000' },
    GATEWAY_DRAIN_TIMEOUT_MS: '300',
  },
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await simulator.stop();
});

const asked = { model: 'gpt-4o-mini', input: 'Count to ten.', background: true } as const;

async function script(fields: object): Promise<void> {
  await fetch(`${simulator.url}/simulator/script`, { method: 'PUT', body: JSON.stringify(fields) });
}
const slow = { chunks: 200, chunkDelayMs: 50 };
const quick = { chunks: 20, chunkDelayMs: 5 };

/** As it is now: a gateway that was started again has another address. */
function clientOf({ apiKey }: Customer): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${installation.gateway().url}/v1`, maxRetries: 0 });
}

const ended = (customer: Customer, id: string) =>
  until('the response to end', async () => {
    const response = await clientOf(customer).responses.retrieve(id);
    return response.status === 'queued' || response.status === 'in_progress' ? undefined : response;
  });

async function chargedAfter(customer: Customer): Promise<bigint> {
  await installation.settled();
  const { charged, held } = await customer.balance();
  assert.equal(held, 0n);
  return charged;
}

test('a response in the background is charged once, however often it is looked at', async () => {
  await script(quick);
  const customer = await installation.customer();
  const client = clientOf(customer);
  const { data: begun, response: http } = await client.responses.create(asked).withResponse();
  assert.ok(begun.status === 'queued' && begun.background === true, JSON.stringify(begun));
  const response = await ended(customer, begun.id);
  assert.deepEqual([response.id, response.status], [begun.id, 'completed']);
  assert.ok((response.usage?.output_tokens ?? 0) > 0);
  for (let look = 0; look < 10; look += 1) await client.responses.retrieve(begun.id);
  const record = await meteredOnce(simulator.url, http.headers.get('x-request-id') ?? '');
  assert.equal(await chargedAfter(customer), expectedCharge(record));
});

test('a stream that broke off is resumed by the SDK, without a gap and without a second charge', async () => {
  await script({ chunks: 40, chunkDelayMs: 20 });
  const customer = await installation.customer();
  const client = clientOf(customer);
  const events: ResponseStreamEvent[] = [];
  const stream = await client.responses.create({ ...asked, stream: true });
  for await (const event of stream) {
    events.push(event);
    if (events.length === 8) break;
  }
  const [first] = events;
  assert.ok(first?.type === 'response.created');
  const { id } = first.response;
  const after = events.at(-1)?.sequence_number ?? assert.fail();
  for await (const event of await client.responses.retrieve(id, { stream: true, starting_after: after })) {
    events.push(event);
  }
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_, at) => at),
  );
  assert.equal(events.at(-1)?.type, 'response.completed');
  const text = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
  assert.equal(text, (await client.responses.retrieve(id)).output_text);
  const charged = await chargedAfter(customer);
  assert.ok(charged > 0n);
  assert.equal(await chargedAfter(customer), charged);
});

test('a cancelled response costs what was made of it', async () => {
  await script(slow);
  const customer = await installation.customer();
  const client = clientOf(customer);
  const { data, response: http } = await client.responses.create({ ...asked, stream: true }).withResponse();
  let id = '';
  for await (const event of data) {
    if (event.type === 'response.created') id = event.response.id;
    if (event.type === 'response.output_text.delta') break;
  }
  assert.equal((await client.responses.cancel(id)).status, 'cancelled');
  assert.equal((await client.responses.cancel(id)).status, 'cancelled');
  const charged = await chargedAfter(customer);
  assert.ok(charged > 0n);
  const { charges } = await chargesOf(http.headers.get('x-request-id') ?? '');
  assert.deepEqual(charges, 1);
  assert.equal((await client.responses.retrieve(id)).status, 'cancelled');
});

test('a response whose gateway is killed has failed afterwards, is made once, and its hold ends', async () => {
  await script(slow);
  const customer = await installation.customer();
  const { id } = await clientOf(customer).responses.create(asked);
  await until('the provider to answer', async () => {
    const { status } = await clientOf(customer).responses.retrieve(id);
    return status === 'in_progress' || undefined;
  });
  await installation.gateway().stop('SIGKILL');
  await installation.start();
  const response = await clientOf(customer).responses.retrieve(id);
  assert.equal(response.status, 'failed');
  assert.match(response.error?.message ?? '', /stopped before its end/);
  await assert.rejects(
    () => clientOf(customer).responses.create({ ...asked, previous_response_id: id }),
    (error: unknown) => error instanceof OpenAI.BadRequestError && error.param === 'previous_response_id',
  );
  const charged = await chargedAfter(customer);
  assert.equal((await clientOf(customer).responses.retrieve(id)).status, 'failed');
  assert.equal(await chargedAfter(customer), charged);
});

test('a gateway that is stopped ends what it makes in the background, and says so', async () => {
  await script(slow);
  const customer = await installation.customer();
  const { id } = await clientOf(customer).responses.create(asked);
  await installation.stop();
  await installation.start();
  const response = await clientOf(customer).responses.retrieve(id);
  assert.equal(response.status, 'failed');
  assert.match(response.error?.message ?? '', /is stopping/);
  await chargedAfter(customer);
});

test('a conversation of the SDK goes on over responses, also in the background', async () => {
  await script(quick);
  const customer = await installation.customer();
  const client = clientOf(customer);
  const { id } = await client.conversations.create({
    metadata: { topic: 'names' },
    items: [{ type: 'message', role: 'user', content: 'I am Ada.' }],
  });
  const first = await client.responses.create({ model: 'gpt-4o-mini', input: 'Who am I?', conversation: id });
  assert.equal(first.conversation?.id, id);
  const second = await client.responses.create({ ...asked, conversation: { id }, input: 'Sure?' });
  await ended(customer, second.id);
  const items = await until('the turn to be added', async () => {
    const all = await Array.fromAsync(client.conversations.items.list(id, { order: 'asc' }));
    return all.length === 5 ? all : undefined;
  });
  assert.deepEqual(
    items.map((item) => (item.type === 'message' ? item.role : item.type)),
    ['user', 'user', 'assistant', 'user', 'assistant'],
  );
  const [item] = (await client.conversations.items.create(id, { items: [{ role: 'user', content: 'Bye.' }] })).data;
  assert.ok(item?.type === 'message');
  assert.equal((await client.conversations.items.retrieve(item.id, { conversation_id: id })).type, 'message');
  assert.equal((await client.conversations.items.delete(item.id, { conversation_id: id })).id, id);
  const changed = await client.conversations.update(id, { metadata: { topic: 'tea' } });
  assert.deepEqual((await client.conversations.retrieve(id)).metadata, changed.metadata);
  assert.equal((await client.conversations.delete(id)).deleted, true);
  await assert.rejects(() => client.conversations.retrieve(id), OpenAI.NotFoundError);
});

async function chargesOf(requestId: string): Promise<{ readonly charges: number }> {
  const { openLogReader } = await import('./support/log-reader.ts');
  await using reader = await openLogReader(installation);
  const events = await reader.events('ChargePosted');
  return { charges: events.filter(({ data }) => data.requestId === requestId).length };
}
