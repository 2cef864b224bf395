import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { behinds } from './support/behind.ts';
import { openWireWorld, type Wire } from './support/wire-world.ts';

/* A conversation over /v1/responses goes on from what the gateway keeps, whatever the provider behind speaks. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

type Fields = Readonly<Record<string, unknown>>;

async function call(wire: Wire, method: string, path: string, apiKey = wire.customer.apiKey) {
  const { url } = world.installation.gateway();
  const response = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${apiKey}` } });
  const text = await response.text();
  return { status: response.status, document: JSON.parse(text) as Fields, text };
}

function idOf(told: Awaited<ReturnType<Wire['ask']>>): string {
  const response =
    told.document['id'] === undefined ? (told.events.at(-1)?.['response'] as Fields | undefined) : told.document;
  assert.equal(typeof response?.['id'], 'string', told.text);
  return String(response?.['id']);
}

for (const behind of behinds) {
  describe(`before a provider of ${behind.format}`, () => {
    const wishes = { kind: behind.kind, provider: { formats: [behind.format] } };
    for (const stream of [false, true]) {
      test(`a ${stream ? 'streamed' : 'whole'} answer is kept, shown, gone on from, and deleted`, async () => {
        const wire = await world.wire(behind.answer('text'), wishes);
        const first = await wire.ask('/v1/responses', { input: 'My name is Ada.', stream });
        const id = idOf(first);

        const shown = await call(wire, 'GET', `/v1/responses/${id}`);
        assert.deepEqual([shown.status, shown.document['id'], shown.document['status']], [200, id, 'completed']);
        assert.match(shown.text, /Hello/);
        const items = await call(wire, 'GET', `/v1/responses/${id}/input_items`);
        assert.match(items.text, /My name is Ada/);

        const second = await wire.ask('/v1/responses', { input: 'What is my name?', previous_response_id: id, stream });
        assert.equal(second.status, 200, second.text);
        const { text, body } = wire.last();
        assert.ok(text.indexOf('My name is Ada.') < text.indexOf('Hello'), text);
        assert.ok(text.indexOf('Hello') < text.indexOf('What is my name?'), text);
        assert.equal(body['previous_response_id'] ?? null, null);
        const third = await wire.ask('/v1/responses', { input: 'Sure?', previous_response_id: idOf(second) });
        assert.equal(third.status, 200, third.text);
        assert.match(wire.last().text, /My name is Ada\..*What is my name\?.*Sure\?/s);

        assert.deepEqual((await call(wire, 'DELETE', `/v1/responses/${id}`)).document['deleted'], true);
        assert.equal((await call(wire, 'GET', `/v1/responses/${id}`)).status, 404);
        const late = await wire.ask('/v1/responses', { input: 'And now?', previous_response_id: id });
        assert.ok([400, 404].includes(late.status), late.text);
      });
    }
  });
}

const [behind] = behinds;
assert.ok(behind);

test('a response is its owner’s alone', async () => {
  const wire = await world.wire(behind.answer('text'));
  const id = idOf(await wire.ask('/v1/responses', { input: 'Secret' }));
  const stranger = await world.installation.customer();
  assert.equal((await call(wire, 'GET', `/v1/responses/${id}`, stranger.apiKey)).status, 404);
  assert.equal((await call(wire, 'GET', `/v1/responses/${id}/input_items`, stranger.apiKey)).status, 404);
  assert.equal((await call(wire, 'DELETE', `/v1/responses/${id}`, stranger.apiKey)).status, 404);
  assert.equal((await call(wire, 'GET', `/v1/responses/${id}`)).status, 200);
});

test('what is not to be stored is not', async () => {
  const wire = await world.wire(behind.answer('text'));
  const id = idOf(await wire.ask('/v1/responses', { input: 'Secret', store: false }));
  assert.equal((await call(wire, 'GET', `/v1/responses/${id}`)).status, 404);
});
