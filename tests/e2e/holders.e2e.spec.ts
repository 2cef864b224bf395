import assert from 'node:assert/strict';
import { isForHolders } from '#admin-api/admin-command.ts';
import { commands } from '#admin-api/commands.ts';
import { queryParametersOf } from '#admin-api/read-request.ts';
import { startOidcIssuer } from '#testkit/oidc-issuer.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { install } from './support/install.ts';
import type { Customer } from './support/installation.ts';
import { until } from './support/until.ts';

/* What a key holder sees and changes at /v1/me: what is their own, and nothing of anybody else. */

const SECRET = 'the secret of a client';
const installation = await install({ environment: { CONSOLE_CLIENT_SECRET: SECRET } });
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

/** What of another's is asked for by a parameter of the query. */
const whoseIs: Readonly<Record<string, (requestId: string) => string>> = {
  key_id: () => ann.keyId,
  request_id: (requestId) => requestId,
};

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

test('a holder sees what each unit of a request cost at their prices, with its proof, and what models cost them', async () => {
  const { userId } = bob;
  await admin('PATCH', `/admin/users/${userId}`, { multiplier: '1.0001' });
  await completed(bob);
  const session = await signIn(userId);
  const charged = await until('the charge to be listed', async () => {
    const { document } = await ask('GET', '/v1/me/requests?limit=1', session);
    return document.data?.find(({ amount_usd }) => amount_usd !== null);
  });
  const { status, document } = await ask('GET', `/v1/me/requests/${charged['id']}/explanation`, session);
  assert.equal(status, 200);
  assert.deepEqual([document['state'], document['recomputes']], ['charged', true]);
  assert.equal(document['amount_usd'], charged['amount_usd']);
  // 100 tokens at 0.15 USD and 20 at 0.60, times 1.0001, in nano-USD.
  assert.equal(document['exact_nano_usd'], '27002.7');
  assert.deepEqual(
    document.lines?.map(({ unit, quantity, usd_per_million }) => [unit, Number(quantity), usd_per_million]),
    [
      ['input', 100, '0.150015'],
      ['output', 20, '0.60006'],
    ],
  );
  const proof = document['proof'] as readonly Document[];
  assert.ok(proof.length >= 3 && proof.every(({ is_sound }) => is_sound === true));
  assert.doesNotMatch(JSON.stringify(document), /provider|account|route/);

  const prices = await ask('GET', '/v1/me/prices?search=gpt-4o-mini&limit=1', session);
  const [line] = prices.document.data ?? [];
  assert.equal(line?.['id'], 'gpt-4o-mini');
  const [usual] = (line?.['costs'] ?? []) as readonly { readonly prices: readonly Document[] }[];
  const output = usual?.prices.find(({ unit }) => unit === 'output');
  assert.equal(output?.['usd_per_million'], '0.60006');
  assert.doesNotMatch(JSON.stringify(prices.document), /provider|simulator/);

  const all = (await ask('GET', '/v1/me/prices', session)).document.data ?? [];
  const other = String(all.find(({ id }) => id !== 'gpt-4o-mini')?.['id']);
  const narrow = await admin('POST', '/admin/api-keys', { user_id: userId, allowed_models: [other] });
  const byKey = await ask('GET', '/v1/me/prices', bearer(String(narrow['api_key'])));
  assert.deepEqual(
    byKey.document.data?.map(({ id }) => id),
    [other],
  );
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

test('whatever a holder asks for with the ids of another comes to nothing, by every command there is', async () => {
  const session = await signIn(bob.userId);
  const [request] = (await ask('GET', '/v1/me/requests', bearer(ann.apiKey))).document.data ?? [];
  const secrets = [ann.userId, ann.keyId, ann.apiKey, String(request?.['id'])];
  const before = await admin('GET', `/admin/api-keys/${ann.keyId}`);
  for (const command of commands.filter(isForHolders)) {
    const asked = queryParametersOf(command).map((name) => [name, whoseIs[name]?.(String(request?.['id']))] as const);
    const query = new URLSearchParams(
      asked.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
    );
    for (const id of secrets) {
      const path = command.path.replace('{id}', encodeURIComponent(id));
      const body = command.verb === 'POST' ? {} : undefined;
      for (const url of [path, `${path}?${query}`]) {
        const told = await ask(command.verb, url, session, body);
        const what = `${command.verb} ${url}: ${told.status}`;
        if (command.path.includes('{id}'))
          assert.deepEqual([told.status, told.document.error?.code], [404, 'not_found'], what);
        else assert.equal(told.status, 200, what);
        for (const secret of secrets) assert.ok(!JSON.stringify(told.document).includes(secret), what);
      }
    }
  }
  assert.deepEqual(await admin('GET', `/admin/api-keys/${ann.keyId}`), before, "ann's key is as it was");
});

test('a holder changes their own keys, and the audit log says so; what an administrator paused stays paused', async () => {
  const { userId, keyId, apiKey } = await installation.customer();
  const session = await signIn(userId);
  const change = (word: string, body: object = {}) => ask('POST', `/v1/me/api-keys/${keyId}/${word}`, session, body);
  assert.equal((await change('pause')).document['status'], 'paused');
  await until(
    'the key to be paused',
    async () => (await ask('GET', '/v1/me', bearer(apiKey))).status === 401 || undefined,
  );
  assert.equal((await change('resume')).document['status'], 'active');
  const rotated = await change('rotate', { overlap_hours: 0 });
  assert.match(String(rotated.document['api_key']), /^ak_/);
  const log = await admin('GET', '/admin/audit-log?kind=key&limit=10');
  const { id: sessionId } = (await ask('GET', '/console/session', session)).document;
  const entries = (log['data'] as readonly Document[]).filter(({ id }) => id === keyId);
  assert.deepEqual(
    entries.slice(0, 3).map(({ action, actor, role }) => [action, actor, role]),
    ['rotate', 'resume', 'pause'].map((action) => [action, sessionId, 'holder']),
  );
  await admin('POST', `/admin/api-keys/${keyId}/pause`);
  const resumed = await change('resume');
  assert.deepEqual([resumed.status, resumed.document.error?.code], [409, 'conflict']);
});

test('a session that a key opened changes that key alone, and ends while the key does not work or the user is suspended', async () => {
  const { userId, keyId, apiKey } = await installation.customer();
  const other = await admin('POST', '/admin/api-keys', { user_id: userId });
  const open = async (): Promise<Shown> => {
    const opened = await ask('POST', '/console/session', console, { api_key: apiKey });
    assert.deepEqual([opened.status, opened.document['opened_by']], [201, `key:${keyId}`]);
    return { ...console, cookie: opened.cookie };
  };
  const session = await open();
  const isOver = (shown: Shown) =>
    until('the session to end', async () => (await ask('GET', '/v1/me', shown)).status === 401 || undefined);
  const holds = (shown: Shown) =>
    until('the session to hold', async () => (await ask('GET', '/v1/me', shown)).status === 200 || undefined);
  await holds(session);
  const refused = await ask('POST', `/v1/me/api-keys/${other['id']}/pause`, session, {});
  assert.deepEqual([refused.status, refused.document.error?.code], [403, 'forbidden']);
  assert.equal((await ask('GET', '/admin/users', session)).status, 403);
  await admin('POST', `/admin/users/${userId}/suspend`);
  await isOver(session);
  assert.equal((await ask('POST', '/console/session', console, { api_key: apiKey })).status, 401);
  await admin('POST', `/admin/users/${userId}/resume`);
  await holds(session);
  await admin('PATCH', `/admin/api-keys/${keyId}`, { allowed_addresses: ['203.0.113.0/24'] });
  await until('the address to count', async () => (await ask('GET', '/v1/me', session)).status === 403 || undefined);
  assert.equal((await ask('POST', '/console/session', console, { api_key: apiKey })).status, 403);
  await admin('PATCH', `/admin/api-keys/${keyId}`, { allowed_addresses: [] });
  await holds(session);
  await admin('POST', `/admin/api-keys/${keyId}/revoke`);
  await isOver(session);
  assert.equal((await ask('POST', '/console/session', console, { api_key: apiKey })).status, 401);
});

test('a token of the role holder is about a user, and no other token is', async () => {
  const make = async (fields: object) =>
    installation.admin.call<{ error?: { param: string } }>('POST', '/admin/admin-tokens', {
      body: { name: 't', ...fields },
    });
  for (const fields of [{ role: 'holder' }, { role: 'auditor', user_id: ann.userId }]) {
    const { status, document } = await make(fields);
    assert.deepEqual([status, document.error?.param], [400, 'user_id'], JSON.stringify(fields));
  }
  assert.equal((await make({ role: 'holder', user_id: ann.userId })).status, 201);
});

test('a rule of the role holder finds people by their verified e-mail, makes them where told to, and puts them into its team', async () => {
  await using issuer = await startOidcIssuer();
  const { url } = installation.gateway();
  issuer.registers({ id: 'gateway', secret: SECRET, redirectUris: [`${url}/console/oidc/callback`] });
  const email = 'Holly@example.org';
  issuer.people.set('Holly', { sub: 'holly', groups: ['customers'], name: 'Holly', email, email_verified: true });
  issuer.people.set('Eve', { sub: 'eve', groups: ['customers'], email, email_verified: false });
  const team = await admin('POST', '/admin/teams', { name: 'Customers' });
  const rule = { group: 'customers', role: 'holder', team: team['id'] };
  const client = { issuer: issuer.url, client_id: 'gateway', client_secret_ref: 'env:CONSOLE_CLIENT_SECRET' };
  const set = (more: object) =>
    admin('PATCH', '/admin/settings', {
      console_oidc: { ...client, rules: [rule], ...more },
    });
  const enter = async (person: string) => {
    const started = await fetch(`${url}/console/oidc/start`, { redirect: 'manual' });
    const cookie = (started.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const back = await fetch(`${started.headers.get('location')}&person=${person}`, { redirect: 'manual' });
    const ended = await fetch(back.headers.get('location') ?? '', { redirect: 'manual', headers: { cookie } });
    const session = ended.headers
      .getSetCookie()
      .find((each) => each.includes('gateway_console='))
      ?.split(';')[0];
    return { location: ended.headers.get('location'), session: { ...console, cookie: session ?? '' } };
  };
  await set({});
  assert.equal((await enter('Holly')).location, '/console/#sign-in-problem=unknown_person');
  await set({ creates_users: true });
  assert.equal((await enter('Eve')).location, '/console/#sign-in-problem=no_verified_email');
  const [first, second] = await Promise.all([enter('Holly'), enter('Holly')]);
  const me = await ask('GET', '/v1/me', first.session);
  assert.deepEqual([me.status, me.document['name'], me.document['team_id']], [200, 'Holly', team['id']]);
  assert.equal((await ask('GET', '/v1/me', second.session)).document['id'], me.document['id'], 'and one user was made');
  await admin('PATCH', `/admin/users/${me.document['id']}`, { team_id: '' });
  const third = await enter('Holly');
  assert.equal((await ask('GET', '/v1/me', third.session)).document['team_id'], team['id']);
  await admin('POST', `/admin/users/${me.document['id']}/suspend`);
  assert.equal((await enter('Holly')).location, '/console/#sign-in-problem=suspended');
  const { status } = await installation.admin.call('PATCH', '/admin/settings', {
    body: { console_oidc: { ...client, rules: [{ ...rule, role: 'auditor' }] } },
  });
  assert.equal(status, 400, 'a team is for holders alone');
  await admin('PATCH', '/admin/settings', { console_oidc: null });
});
