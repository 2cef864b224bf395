import assert from 'node:assert/strict';
import { isForHolders } from '#admin-api/admin-command.ts';
import { commands } from '#admin-api/commands.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { describe, test } from '#testkit/test.ts';
import { COST_ESTIMATE_PATH } from '../endpoints/cost-estimate.ts';
import { countEndpoints } from '../endpoints/count-tokens.ts';
import { geminiEndpoints } from '../endpoints/gemini-endpoints.ts';
import { modelEndpoints } from '../endpoints/model-endpoints.ts';
import { questionAt, questions, urlOf } from '../endpoints/testing.ts';
import { routesOf } from '../routes.ts';
import {
  ADMIN_TOKEN,
  API_KEY,
  aKey,
  aUser,
  KEY_ID,
  model,
  startTestGateway,
  type TestGateway,
  USER_ID,
} from '../testing.ts';

type Key = Partial<ResourceOf<'key'>>;

interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly route: string;
  readonly path: string;
  readonly body?: object;
  /** It names a model. */
  readonly ofModel?: true;
  /** Whose request it was, as those behind the ingress were told. */
  readonly toldOf?: (gateway: TestGateway) => readonly string[];
  /** It is a holder's own: an API key reads, and changes nothing there; an administrator is told that no user is theirs. */
  readonly ofHolders?: 'read' | 'change';
}

/** `/v1beta` has the same handlers again. */
function isUnderV1({ path }: { readonly path: string }): boolean {
  return path.startsWith('/v1/');
}

/** What a holder may ask for: as they are described, so that none is left out. */
const ofHolders: readonly Endpoint[] = commands.filter(isForHolders).map(
  ({ verb, path, isRead }): Endpoint => ({
    method: verb as 'GET' | 'POST',
    route: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    path: path.replace('{id}', 'one'),
    ofHolders: isRead ? 'read' : 'change',
    toldOf: ({ admin }) => admin.calls.map(({ caller: { userId, actor } }) => `${userId} ${actor}`),
  }),
);

/** Every endpoint that a key opens. */
const endpoints: readonly Endpoint[] = [
  ...[...modelEndpoints, ...geminiEndpoints].filter(isUnderV1).map(
    ({ path, format }): Endpoint => ({
      method: 'POST',
      route: path,
      path: urlOf(path),
      body: questionAt(path, format.name),
      ofModel: true,
      toldOf: ({ admitted }) => admitted.map(({ userId, keyId }) => `${userId} ${keyId}`),
    }),
  ),
  ...countEndpoints.filter(isUnderV1).map(
    ({ path, format }): Endpoint => ({
      method: 'POST',
      route: path,
      path: urlOf(path),
      body: questions[format],
      ofModel: true,
    }),
  ),
  {
    method: 'POST',
    route: COST_ESTIMATE_PATH,
    path: COST_ESTIMATE_PATH,
    body: { endpoint: '/v1/chat/completions', ...questions['openai-chat'] },
    ofModel: true,
  },
  { method: 'GET', route: '/v1/models', path: '/v1/models' },
  { method: 'GET', route: '/v1/models/*id', path: `/v1/models/${model.id}`, ofModel: true },
  { method: 'GET', route: '/v1/responses/:id', path: '/v1/responses/kept' },
  { method: 'DELETE', route: '/v1/responses/:id', path: '/v1/responses/kept' },
  { method: 'POST', route: '/v1/responses/:id/cancel', path: '/v1/responses/kept/cancel' },
  { method: 'GET', route: '/v1/responses/:id/input_items', path: '/v1/responses/kept/input_items' },
  { method: 'POST', route: '/v1/conversations', path: '/v1/conversations', body: { metadata: {} } },
  { method: 'GET', route: '/v1/conversations/:id', path: '/v1/conversations/conv' },
  { method: 'POST', route: '/v1/conversations/:id', path: '/v1/conversations/conv', body: { metadata: {} } },
  { method: 'DELETE', route: '/v1/conversations/:id', path: '/v1/conversations/conv' },
  { method: 'GET', route: '/v1/conversations/:id/items', path: '/v1/conversations/conv/items' },
  {
    method: 'POST',
    route: '/v1/conversations/:id/items',
    path: '/v1/conversations/conv/items',
    body: { items: [{ role: 'user', content: 'Hi' }] },
  },
  { method: 'GET', route: '/v1/conversations/:id/items/:item_id', path: '/v1/conversations/conv/items/one' },
  { method: 'DELETE', route: '/v1/conversations/:id/items/:item_id', path: '/v1/conversations/conv/items/one' },
  { method: 'GET', route: '/v1/usage', path: '/v1/usage?from=2026-01-01', toldOf: ({ usageAsked }) => usageAsked },
  ...ofHolders,
];

const OTHER_KEY = `ak_${'o'.repeat(64)}`;

/** What becomes of a request with the key of this test, made as told. */
const cases: readonly { readonly name: string; readonly key: Key; readonly status: number; readonly code?: string }[] =
  [
    { name: 'its own key', key: {}, status: 200 },
    { name: 'a paused key', key: { status: 'paused' }, status: 401 },
    { name: 'a revoked key', key: { status: 'revoked' }, status: 401 },
    { name: 'an expired key', key: { expiresAt: '2020-01-01T00:00:00Z' }, status: 401 },
    { name: 'a key of a user that is not there', key: { userId: 'nobody' }, status: 401 },
    { name: 'a key for this address', key: { allowedAddresses: ['127.0.0.0/8', '::1'] }, status: 200 },
    { name: 'a key for other addresses', key: { allowedAddresses: ['10.0.0.0/8', 'fe80::/10'] }, status: 403 },
    { name: 'a key for all of /v1', key: { allowedEndpoints: ['/v1/*'] }, status: 200 },
    { name: 'a key for other endpoints', key: { allowedEndpoints: ['/v1/others', '/v2/*'] }, status: 403 },
  ];

const notAllowed: readonly Key[] = [
  { allowedModels: ['claude-*'] },
  { allowedProviders: ['anthropic'] },
  { allowedModels: ['gpt-*'], allowedProviders: ['openai', 'simulator/other-*'] },
];

async function ask(gateway: TestGateway, { method, path, body }: Endpoint, apiKey: string | undefined) {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: {
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    code: codeIn((await readDocument(response)) as ErrorDocument),
  };
}

interface ErrorDocument {
  readonly error?: { readonly code: string | number; readonly details?: readonly { readonly reason: string }[] };
}

/** Google's clients read a number there, and the code as the reason. */
function codeIn({ error }: ErrorDocument): string | undefined {
  return error?.details?.[0]?.reason ?? (error === undefined ? undefined : String(error.code));
}

/** A stream that came is no error. */
async function readDocument(response: Response): Promise<unknown> {
  const text = await response.text();
  return text.startsWith('data:') || text.startsWith('event:') ? {} : JSON.parse(text);
}

async function gatewayWith(key: Key): Promise<TestGateway> {
  const gateway = await startTestGateway();
  gateway.registry.load({ case: 'key', value: aKey(key) });
  gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
  gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
  for (const userId of [USER_ID, 'user-2']) {
    const response = { userId, id: 'kept', previousId: null, input: [], response: '{"id":"kept"}' };
    const run = { userId, id: 'kept', attempt: 'one' };
    await gateway.responses.begin(run, { response, requestId: 'request-1', isStreamed: false }, 1);
    await gateway.responses.end(run, response);
    const items = [{ id: 'one', json: '{"role":"user","content":"Hi"}', model: '' }];
    await gateway.conversations.create(userId, { id: 'conv', metadata: {} }, items, 1);
  }
  return gateway;
}

test('the table below has every endpoint under /v1', () => {
  const config = { adminToken: ADMIN_TOKEN, answerTimeoutMs: 1 };
  const completions = new Map([...modelEndpoints, ...geminiEndpoints].map(({ path }) => [path, () => undefined]));
  const bounded = (handler: unknown) => handler;
  const parts = { access: {}, counting: { dependencies: {} }, estimating: { dependencies: {} } };
  const routes = routesOf(
    { config, keyPepper: '00'.repeat(32) } as never,
    { guesses: {}, completions, bounded, ...parts } as never,
  );
  const asked = routes.flatMap(({ path, methods }) => Object.keys(methods).map((method) => `${method} ${path}`));
  assert.deepEqual(
    asked.filter((each) => each.includes(' /v1/')).toSorted(),
    endpoints.map(({ method, route }) => `${method} ${route}`).toSorted(),
  );
});

for (const endpoint of endpoints) {
  describe(`${endpoint.method} ${endpoint.route}`, () => {
    for (const { name, key, status } of cases) {
      test(`with ${name}: ${status}`, async () => {
        await using gateway = await gatewayWith(key);
        const { status: answered, code } = await ask(gateway, endpoint, API_KEY);
        if (status === 200 && endpoint.ofHolders === 'change') {
          assert.deepEqual([answered, code, gateway.admin.calls], [403, 'forbidden', []]);
          return;
        }
        assert.equal(answered, status, code);
        assert.equal(code, status === 200 ? undefined : status === 401 ? 'invalid_api_key' : 'key_not_allowed');
        if (status !== 200) assert.deepEqual([...gateway.admitted, ...gateway.usageAsked, ...gateway.counted], []);
      });
    }

    test('without a key, or with one that was never issued: 401', async () => {
      await using gateway = await gatewayWith({});
      for (const apiKey of [undefined, `ak_${'x'.repeat(64)}`, ADMIN_TOKEN]) {
        const { status, code } = await ask(gateway, endpoint, apiKey);
        const isOwners = apiKey === ADMIN_TOKEN && endpoint.ofHolders !== undefined;
        assert.deepEqual([status, code], isOwners ? [403, 'forbidden'] : [401, 'invalid_api_key']);
      }
      assert.deepEqual(gateway.admin.calls, []);
      assert.deepEqual([...gateway.admitted, ...gateway.usageAsked, ...gateway.counted], []);
    });

    test("with another user's key it is that user's request, and none of the first one's", async () => {
      await using gateway = await gatewayWith({});
      await ask(gateway, endpoint, OTHER_KEY);
      await ask(gateway, endpoint, API_KEY);
      const told = endpoint.toldOf?.(gateway).map((each) => each.split(' ')[0]);
      if (told !== undefined) assert.deepEqual(told, endpoint.ofHolders === 'change' ? [] : ['user-2', USER_ID]);
      const lines = gateway.lines.filter(({ msg }) => msg === 'request');
      assert.deepEqual(
        lines.map(({ userId, keyId }) => [userId, keyId]),
        [
          ['user-2', 'key-2'],
          [USER_ID, KEY_ID],
        ],
      );
    });

    if (endpoint.ofModel !== true) return;
    for (const key of notAllowed) {
      test(`with a key that may not use the model (${JSON.stringify(key)}): 403`, async () => {
        await using gateway = await gatewayWith(key);
        const { status, code } = await ask(gateway, endpoint, API_KEY);
        assert.deepEqual([status, code], [403, 'model_not_allowed']);
        assert.deepEqual(gateway.admitted, []);
        gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['gpt-t*'], allowedProviders: ['sim*'] }) });
        assert.equal((await ask(gateway, endpoint, API_KEY)).status, 200, 'and may use it once it is allowed');
      });
    }
  });
}
