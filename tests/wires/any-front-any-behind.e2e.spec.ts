import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { behinds } from './support/behind.ts';
import { bedrockBehinds } from './support/behind-bedrock.ts';
import { fronts } from './support/front.ts';
import { USUAL_NANO_USD } from './support/openai-bytes.ts';
import { openWireWorld } from './support/wire-world.ts';

/* Whatever a client speaks and whatever a provider speaks: the same answer, the same usage, the same charge. */

const world = await openWireWorld();
afterAll(() => world[Symbol.asyncDispose]());

for (const front of fronts) {
  for (const behind of [...behinds, ...bedrockBehinds]) {
    const { preset = 'its own' } = behind.provider ?? {};
    describe(`${front.path} before a provider of ${behind.format} (${preset})`, () => {
      const wishes = { kind: behind.kind, provider: behind.provider ?? { formats: [behind.format] } };
      for (const stream of [false, true]) {
        const how = stream ? 'streamed' : 'whole';

        test(`answers with a text, ${how}`, async () => {
          const wire = await world.wire(behind.answer('text'), wishes);
          const told = await wire.ask(front.path, { ...ask(front, stream) }, front.headers);
          assert.equal(told.status, 200, told.text);
          assert.equal(front.text(told), 'Hello', told.text);
          assert.deepEqual(front.usage(told), [100, 50], told.text);
          if (stream) assert.ok(front.isWhole(told), told.text);
          assert.equal(wire.last().path, behind.path(wire.model, stream));
          assert.match(wire.last().text, /Hello there/);
          assert.match(wire.last().text, /":\s?200[,}]/, 'the bound has no other name than one with its number');
          assert.equal(await wire.charged(), USUAL_NANO_USD);
        });

        if (front.tools === null) continue;
        test(`answers with a call of a tool, ${how}`, async () => {
          const wire = await world.wire(behind.answer('tool'), wishes);
          const told = await wire.ask(front.path, { ...ask(front, stream), ...front.tools }, front.headers);
          assert.equal(told.status, 200, told.text);
          assert.equal(front.call(told)?.name, 'f', told.text);
          assert.deepEqual(JSON.parse(front.call(told)?.input ?? ''), { id: 7 });
          if (stream) assert.ok(front.isWhole(told), told.text);
          assert.equal(await wire.charged(), USUAL_NANO_USD);
        });
      }

      test('tells what a provider refuses in the endpoint’s own form, with the provider’s words', async () => {
        const wire = await world.wire(() => ({ status: 400, ...behind.refusal }), wishes);
        const told = await wire.ask(front.path, ask(front, false), front.headers);
        assert.equal(told.status, 400);
        assert.match(front.errorWords(told) ?? '', /No such frob\./);
        assert.equal(await wire.charged(), 0n);
      });
    });
  }

  test(`${front.path} refuses a stranger and a broken body in its own form`, async () => {
    const { url } = world.installation.gateway();
    for (const [headers, body, status] of [
      [{ authorization: 'Bearer no-such-key' }, '{}', 401],
      [{ authorization: `Bearer ${(await world.installation.customer()).apiKey}` }, '{"model":', 400],
    ] as const) {
      const response = await fetch(`${url}${front.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...front.headers, ...headers },
        body,
      });
      const text = await response.text();
      assert.equal(response.status, status, text);
      const told = {
        status,
        headers: response.headers,
        text,
        document: JSON.parse(text),
        events: [],
        isDone: false,
        isCut: false,
      };
      assert.ok(front.errorWords(told), text);
    }
  });
}

function ask(front: (typeof fronts)[number], stream: boolean): Readonly<Record<string, unknown>> {
  const { stream_options, ...rest } = front.ask;
  return stream ? { ...rest, stream, ...(stream_options === undefined ? {} : { stream_options }) } : rest;
}
