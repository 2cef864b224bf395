import assert from 'node:assert/strict';
import type { CompleteFrame, CompleteRequest } from '#contracts/router.ts';
import { describe, test } from '#testkit/test.ts';
import { failWith, refuse } from '../completions/testing.ts';
import { API_KEY, aborted, startTestGateway, type TestGateway } from '../testing.ts';
import { modelEndpoints } from './model-endpoints.ts';
import { assertErrorOf, questions, streamEnds } from './testing.ts';

interface Asking {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Options = NonNullable<Parameters<typeof startTestGateway>[0]>;

interface Case extends Asking {
  readonly name: string;
  readonly status: number;
  readonly gateway?: Options;
  /** Of no concern where answers are never streamed. */
  readonly isOfStreams?: true;
  /** After the path. */
  readonly below?: string;
}

/** What any endpoint may refuse, whatever its format. */
const cases: readonly Case[] = [
  { name: 'no key', status: 401, headers: { authorization: '' } },
  { name: 'a wrong key', status: 401, headers: { authorization: 'Bearer ak_wrong' } },
  { name: 'no money', status: 402, gateway: { admit: refuse({ code: 'insufficient_balance', message: 'Top up.' }) } },
  { name: 'a path below', status: 404, below: '/nothing/here' },
  { name: 'a model that is not there', status: 404, body: '{"model":"nope"}' },
  { name: 'another method', status: 405, method: 'PUT' },
  { name: 'a body that is too large', status: 413, gateway: { config: { bodyMaxBytes: 10 } } },
  { name: 'a body that is no JSON by its type', status: 415, headers: { 'content-type': 'text/plain' } },
  { name: 'a compressed body', status: 415, headers: { 'content-encoding': 'gzip' } },
  { name: 'a body that is no JSON', status: 400, body: '{"model":' },
  { name: 'a body that is no object', status: 400, body: '[1]' },
  { name: 'an empty body', status: 400, body: '' },
  { name: 'no model', status: 400, body: '{"model":null}' },
  { name: 'a model that is no name', status: 400, body: '{"model":7}' },
  { name: 'a stream that is no boolean', status: 400, body: '{"stream":"yes"}', isOfStreams: true },
  { name: 'an option that is none', status: 400, headers: { 'x-gateway-unplaced-fields': 'maybe' } },
  { name: 'a wish for the cost that is none', status: 400, headers: { 'x-gateway-usage-cost': 'euro' } },
  { name: 'an Idempotency-Key that is too long', status: 400, headers: { 'idempotency-key': 'k'.repeat(300) } },
  {
    name: 'a rate',
    status: 429,
    gateway: { admit: refuse({ code: 'rate_limit_exceeded', message: 'Slow down.', retryAfterMs: 1_500 }) },
  },
  { name: 'a fault', status: 500, gateway: { admit: () => Promise.reject(new Error('a secret of the gateway')) } },
  { name: 'memory that is taken', status: 503, gateway: { config: { bodiesMaxBytes: 1 } } },
  { name: 'too many at once', status: 503, gateway: { config: { requestsInFlightMax: 0 } } },
];

for (const { path, format } of modelEndpoints) {
  describe(`POST ${path} tells its clients in their own form of`, () => {
    const hasStreams = streamEnds[format.name] !== undefined;
    for (const each of cases.filter(({ isOfStreams = false }) => hasStreams || !isOfStreams)) {
      test(`${each.name}: ${each.status}`, async () => {
        await using gateway = await startTestGateway(each.gateway);
        const response = await ask(gateway, `${path}${each.below ?? ''}`, bodyOf(each, questions[format.name]), each);
        const message = await assertErrorOf(path, response, each.status);
        assert.ok(!message.includes('secret'));
        assert.equal(gateway.completed.length, 0);
        if (each.status === 429) assert.equal(response.headers.get('retry-after'), '2');
        if (each.status === 405) assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
      });
    }

    test('an answer that does not come in time: 504', async () => {
      await using gateway = await startTestGateway({ config: { requestTimeoutMs: 50 }, frames: never });
      const response = await ask(gateway, path, JSON.stringify(questions[format.name]));
      await assertErrorOf(path, response, 504);
    });

    test('a gateway that stops before the answer has come: 503', async () => {
      const begun = Promise.withResolvers<void>();
      const gateway = await startTestGateway({
        config: { drainTimeoutMs: 50 },
        frames(request, signal) {
          begun.resolve();
          return never(request, signal);
        },
      });
      const asking = ask(gateway, path, JSON.stringify(questions[format.name]));
      await begun.promise;
      const drained = gateway.ingress.drain();
      const response = await asking;
      await assertErrorOf(path, response, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      await drained;
    });

    test('a field given twice, by its name', async () => {
      await using gateway = await startTestGateway();
      const question = JSON.stringify(questions[format.name]);
      const twice = question.replace('{', '{"model":"other",');
      const message = await assertErrorOf(path, await ask(gateway, path, twice), 400);
      assert.match(message, /'model' twice/);
    });

    test('a field that it does not get: by name, and nothing is admitted', async () => {
      await using gateway = await startTestGateway();
      const { model: _model, ...rest } = questions[format.name];
      const message = await assertErrorOf(path, await ask(gateway, path, JSON.stringify(rest)), 400);
      assert.match(message, /model/);
      assert.deepEqual(gateway.admitted, []);
    });
  });
}

/** No answer, until nobody waits for one. */
async function* never(_request: CompleteRequest, signal: AbortSignal): AsyncGenerator<CompleteFrame> {
  await aborted(signal);
  yield* failWith({ code: 'client_gone', message: 'It left.' })();
}

/** A good question with the fields of the case put in, or its text where that is none. */
function bodyOf({ body }: Case, question: object): string | undefined {
  if (body?.endsWith('}') !== true) return body ?? JSON.stringify(question);
  return JSON.stringify({ ...question, ...JSON.parse(body) });
}

function ask(gateway: TestGateway, path: string, body: string | undefined, asking: Asking = {}): Promise<Response> {
  return fetch(`${gateway.url}${path}`, {
    method: asking.method ?? 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...asking.headers },
    ...(body === undefined ? {} : { body }),
  });
}
