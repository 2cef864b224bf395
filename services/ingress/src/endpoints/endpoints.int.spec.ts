import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import { createMemoryClaims } from '../idempotency/testing.ts';
import { API_KEY, data, end, head, startTestGateway, type TestGateway } from '../testing.ts';
import { modelEndpoints } from './model-endpoints.ts';
import { questions, streamEnds } from './testing.ts';

for (const { path, format } of modelEndpoints) {
  const question = questions[format.name];
  const streamEnd = streamEnds[format.name];

  describe(`POST ${path}`, () => {
    test('is admitted and carried out in its format, its bytes as they came', async () => {
      await using gateway = await startTestGateway();
      const body = JSON.stringify(question, null, 1);
      const response = await ask(gateway, path, body);
      assert.equal(response.status, 200, await response.clone().text());
      const { operation, name } = format;
      assert.partialDeepStrictEqual(gateway.admitted[0], { operation, format: name, choices: 1 });
      const [completed] = gateway.completed;
      assert.partialDeepStrictEqual(completed?.request, { operation, format: name, stream: false });
      assert.equal(completed?.request.body.toString(), body);
    });

    test('is logged and measured under its path, whatever its query is', async () => {
      await using gateway = await startTestGateway();
      for (const query of ['', '?beta=true', '?api-version=2024-10-21', '/']) {
        assert.equal((await ask(gateway, `${path}${query}`, JSON.stringify(question))).status, 200);
      }
      await gateway.ingress.drain();
      const routes = gateway.lines.filter(({ msg }) => msg === 'request').map(({ route }) => route);
      assert.deepEqual(routes, [path, path, path, path]);
    });

    test('is carried out once for an Idempotency-Key, which is of no concern to another path', async () => {
      await using gateway = await startTestGateway();
      const headers = { 'idempotency-key': 'a key' };
      const first = await ask(gateway, path, JSON.stringify(question), headers);
      const again = await ask(gateway, path, JSON.stringify(question), headers);
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
      assert.equal(again.headers.get('x-request-id'), first.headers.get('x-request-id'));
      assert.equal(again.headers.get('x-gateway-provider'), 'simulator');
      assert.equal(await again.text(), await first.text());
      assert.equal(gateway.admitted.length, 1);
      const others = modelEndpoints.filter((other) => other.path !== path);
      for (const other of others) {
        const body = JSON.stringify(questions[other.format.name]);
        assert.equal((await ask(gateway, other.path, body, headers)).headers.get('idempotent-replayed'), null);
      }
    });

    if (streamEnd === undefined) return;

    test('whose stream is kept shows nobody its end before it is kept, in however many pieces it comes', async () => {
      const keeping = Promise.withResolvers<void>();
      const written = Promise.withResolvers<void>();
      const claims = createMemoryClaims();
      await using gateway = await startTestGateway({
        frames: streamOf(streamEnd),
        claims: {
          ...claims,
          async keep(...asked) {
            keeping.resolve();
            await written.promise;
            return claims.keep(...asked);
          },
        },
      });
      const headers = { 'idempotency-key': 'a key' };
      const response = await ask(gateway, path, JSON.stringify({ ...question, stream: true }), headers);
      let seen = '';
      const reading = (async () => {
        for await (const piece of response.body ?? []) seen += Buffer.from(piece).toString();
      })();
      await keeping.promise;
      while (!seen.includes('[DONE] message_stop')) await new Promise(setImmediate);
      assert.ok(!seen.includes(streamEnd.slice(0, 10)), seen);
      written.resolve();
      await reading;
      assert.ok(seen.endsWith(streamEnd));
    });
  });
}

/** A stream of some text that looks like an end, and of the end in two pieces. */
const streamOf = (streamEnd: string) =>
  async function* (): AsyncGenerator<CompleteFrame> {
    yield head('text/event-stream');
    yield data('event: x\ndata: {"text":"[DONE] message_stop"}\n\n');
    const lineAt = streamEnd.indexOf('\n') + 1;
    yield data(streamEnd.slice(0, lineAt));
    yield data(streamEnd.slice(lineAt));
    yield end;
  };

function ask(
  gateway: TestGateway,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body,
  });
}

describe('POST /v1/embeddings', () => {
  test('has no output: none is bounded, none is held, and the client is told of none', async () => {
    await using gateway = await startTestGateway();
    const response = await ask(gateway, '/v1/embeddings', JSON.stringify(questions['openai-embeddings']));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-gateway-max-output-tokens'), null);
    assert.partialDeepStrictEqual(gateway.admitted[0], { operation: 'embed', outputTokensRequested: 0 });
  });

  test('takes as many tokens in numbers as OpenAI does, where no other body may hold so much', async () => {
    const money = { creditedNanoUsd: 1n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 1n };
    await using gateway = await startTestGateway({
      balances: async (userIds) => userIds.map((userId) => ({ userId, ...money })),
    });
    const input = Array.from({ length: 150 }, () => Array.from({ length: 2_000 }, (_, at) => at));
    const body = JSON.stringify({ ...questions['openai-embeddings'], input });
    assert.equal((await ask(gateway, '/v1/embeddings', body)).status, 200);
    const chat = JSON.stringify({ ...questions['openai-chat'], metadata: { input } });
    assert.equal((await ask(gateway, '/v1/chat/completions', chat)).status, 400);
  });
});
