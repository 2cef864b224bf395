import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { install } from './support/install.ts';
import type { Customer } from './support/installation.ts';
import { until } from './support/until.ts';

/* What a key holder sees and changes at /v1/me: what is their own, and nothing of anybody else. */

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

type Document = Readonly<Record<string, unknown>>;

interface Told {
  readonly status: number;
  readonly document: Document & {
    readonly error?: { readonly code: string };
    readonly data?: readonly Document[];
    readonly lines?: readonly Document[];
  };
  readonly cookie: string;
}

/** How a caller shows who they are. */
type Shown = Readonly<Record<string, string>>;

const bearer = (secret: string): Shown => ({ authorization: `Bearer ${secret}` });
const console = { 'x-gateway-console': '1' };

async function ask(method: string, path: string, shown: Shown, body?: unknown): Promise<Told> {
  const response = await fetch(`${installation.gateway().url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...shown },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const document = JSON.parse(text || '{}') as Told['document'];
  return { status: response.status, document, cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

async function admin(method: string, path: string, body?: unknown): Promise<Document> {
  const { status, document } = await installation.admin.call<Document>(
    method as 'POST',
    path,
    body === undefined ? {} : { body },
  );
  assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(document)}`);
  return document;
}

/** Signs a user in by a link of the operator's. */
async function signIn(userId: string): Promise<Shown> {
  const link = await admin('POST', `/admin/users/${userId}/sign-in-link`);
  assert.match(String(link['path']), /^\/console\/#sign-in=at_/);
  const opened = await ask('POST', '/console/session', console, { code: link['code'] });
  assert.deepEqual([opened.status, opened.document['role'], opened.document['user_id']], [201, 'holder', userId]);
  return { ...console, cookie: opened.cookie };
}

async function completed({ client }: Customer): Promise<void> {
  const messages = [{ role: 'user' as const, content: scripted({ usage: { prompt: 100, completion: 20 } }) }];
  await client.chat.completions.create({ model: 'gpt-4o-mini', messages });
}

let ann: Customer;
let bob: Customer;
beforeAll(async () => {
  [ann, bob] = await Promise.all([installation.customer(), installation.customer()]);
  await Promise.all([completed(ann), completed(bob)]);
  await installation.settled();
});

test('a holder signs in by a link and sees who they are, their keys, use, requests and ledger', async () => {
  const session = await signIn(ann.userId);
  const me = await ask('GET', '/v1/me', session);
  assert.deepEqual([me.status, me.document['id'], me.document['payer_kind']], [200, ann.userId, 'user']);
  assert.equal(me.document['signed_in_with'], 'session');
  const keys = await ask('GET', '/v1/me/api-keys', session);
  assert.deepEqual(
    keys.document.data?.map(({ id }) => id),
    [ann.keyId],
  );
  assert.ok(!JSON.stringify(keys.document).includes(ann.apiKey));
  const listed = await until('the charge to be listed', async () => {
    const { document } = await ask('GET', '/v1/me/requests', session);
    return document.data?.every(({ amount_usd }) => amount_usd !== null) ? document.data : undefined;
  });
  assert.deepEqual(
    listed.map(({ key_id, model, outcome }) => [key_id, model, outcome]),
    [[ann.keyId, 'gpt-4o-mini', 'completed']],
  );
  const usage = await ask('GET', '/v1/me/usage?group_by=key&interval=day', session);
  assert.deepEqual(
    usage.document.lines?.map(({ value, requests, amount_usd }) => [value, Number(requests), amount_usd]),
    [[ann.keyId, 1, listed[0]?.['amount_usd']]],
  );
  const ledger = await ask('GET', '/v1/me/ledger', session);
  assert.deepEqual(
    ledger.document.data?.map(({ type }) => type),
    ['charge', 'credit'],
  );
  assert.equal((await ask('GET', '/v1/me/limits', session)).status, 200);
});

test("an API key reads what is its user's and changes nothing, and no user is an administrator's", async () => {
  const key = bearer(ann.apiKey);
  const me = await ask('GET', '/v1/me', key);
  assert.deepEqual(
    [me.document['id'], me.document['signed_in_with'], me.document['key_id']],
    [ann.userId, 'api_key', ann.keyId],
  );
  const paused = await ask('POST', `/v1/me/api-keys/${ann.keyId}/pause`, key);
  assert.deepEqual([paused.status, paused.document.error?.code], [403, 'forbidden']);
  const owners = await ask('GET', '/v1/me', bearer(installation.gateway().adminToken));
  assert.deepEqual([owners.status, owners.document.error?.code], [403, 'forbidden']);
});
