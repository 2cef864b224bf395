import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scope, test } from '#testkit/test.ts';
import type { Provider } from '../../ports.ts';
import { createTestRouter, keyPlaces, testProvider } from '../../testing.ts';
import { createProviderKeys } from '../provider-keys.ts';
import { ask, endOf, httpProvider } from '../testing.ts';
import { httpServer, spokenAs, type TokenServer, tokenServer } from './testing.ts';

interface World {
  readonly tokens: TokenServer;
  readonly provider: Provider;
  /** What reached the provider, by its header. */
  readonly got: readonly string[];
  readonly clock: { nowMs: number };
  /** The status of the provider's answers. */
  readonly answer: { status: number };
}

async function world(t: Scope): Promise<World> {
  const got: string[] = [];
  const answer = { status: 200 };
  const tokens = await tokenServer(t);
  const origin = await httpServer(t, (response, { headers }) => {
    got.push(headers.authorization ?? '');
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end('{}');
  });
  const clock = { nowMs: Date.now() };
  const spoken = spokenAs('vertex', origin);
  const provider = httpProvider(t, origin, { apiKey: tokens.keyFile, spoken, clock: () => clock.nowMs });
  return { tokens, provider, got, clock, answer };
}

const MINUTE_MS = 60_000;

test('a hundred calls at once make one request for a token', async (t) => {
  const { tokens, provider, got } = await world(t);
  const ended = await Promise.all(Array.from({ length: 100 }, () => endOf(ask(provider))));
  assert.ok(ended.every(({ head }) => head?.status === 200));
  assert.deepEqual([tokens.asked(), new Set(got)], [1, new Set(['Bearer token-1'])]);
});

test('a token is renewed before it ends, while calls go on with it, and never sent after', async (t) => {
  const { tokens, provider, got, clock } = await world(t);
  await endOf(ask(provider));
  clock.nowMs += 54 * MINUTE_MS;
  await endOf(ask(provider));
  assert.equal(tokens.asked(), 1);
  clock.nowMs += 2 * MINUTE_MS;
  const gate = Promise.withResolvers<void>();
  tokens.gate = gate.promise;
  await endOf(ask(provider));
  assert.equal(got.at(-1), 'Bearer token-1', 'the call does not wait for the renewal');
  clock.nowMs += 5 * MINUTE_MS;
  const waiting = endOf(ask(provider));
  gate.resolve();
  await waiting;
  assert.deepEqual([got.at(-1), tokens.asked()], ['Bearer token-2', 2]);
});

/** On a machine that is busy with other suites. A call that failed asks for no token, and its test is not to turn for ever. */
const GIVE_UP_MS = 60_000;

/** Waits until so many tokens were asked for; the renewal of a token is nobody's to wait for. */
async function asked(tokens: TokenServer, count: number): Promise<void> {
  const deadlineMs = Date.now() + GIVE_UP_MS;
  while (tokens.asked() < count && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(tokens.asked(), count);
}

test('a key that gets no token is the key’s failure: nothing is sent, and it is asked for once in a while', async (t) => {
  const { tokens, provider, got, clock } = await world(t);
  tokens.refusal = { status: 400, document: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
  for (let calls = 0; calls < 10; calls += 1) {
    const call = ask(provider);
    const ended = await endOf(call);
    assert.ok('fault' in ended);
    assert.deepEqual([ended.fault.reason, ended.fault.code, call.wasSent()], ['unauthorized', 'invalid_grant', false]);
  }
  assert.deepEqual([tokens.asked(), got], [1, []]);
  tokens.refusal = null;
  clock.nowMs += MINUTE_MS;
  assert.equal((await endOf(ask(provider))).head?.status, 200);
});

test('a token endpoint that is not well, or writes nonsense, is a connection that fails', async (t) => {
  for (const [status, document] of [
    [503, {}],
    [429, {}],
    [200, { access_token: 7 }],
    [200, { access_token: 'x'.repeat(100_000) }],
    [200, { access_token: 'two\r\nlines: of a header' }],
    [200, { access_token: 'a\u0000b' }],
  ] as const) {
    const { tokens, provider, got, clock } = await world(t);
    tokens.refusal = { status, document };
    const ended = await endOf(ask(provider));
    assert.ok(
      'fault' in ended && (ended.fault.reason === 'connection' || ended.fault.reason === 'broken'),
      `${status}`,
    );
    assert.deepEqual(got, []);
    tokens.refusal = null;
    clock.nowMs += MINUTE_MS;
    assert.equal((await endOf(ask(provider))).head?.status, 200, 'and nothing of it is kept');
  }
});

test('a call that is given up, or is late, while it waits for its token sends nothing', async (t) => {
  const { tokens, provider, got } = await world(t);
  const gate = Promise.withResolvers<void>();
  tokens.gate = gate.promise;
  const givenUp = ask(provider);
  const other = ask(provider);
  await asked(tokens, 1);
  givenUp.abort();
  const ended = await endOf(givenUp);
  assert.ok('fault' in ended);
  assert.deepEqual([ended.fault.reason, givenUp.wasSent()], ['aborted', false]);
  gate.resolve();
  await endOf(other);
  assert.equal(got.length, 1);
});

test('the time to the head of an answer includes the wait for a token', async (t) => {
  const tokens = await tokenServer(t);
  tokens.gate = new Promise(() => undefined);
  const origin = await httpServer(t, (response) => response.end('{}'));
  const waits = { wholeHeadTimeoutMs: 50 };
  const provider = httpProvider(t, origin, { apiKey: tokens.keyFile, spoken: spokenAs('vertex', origin), waits });
  const ended = await endOf(ask(provider));
  assert.ok('fault' in ended && ended.fault.reason === 'timeout');
});

test('a provider that is taken away lets calls that wait for a token end', async (t) => {
  const { tokens, provider, got } = await world(t);
  const gate = Promise.withResolvers<void>();
  tokens.gate = gate.promise;
  const call = endOf(ask(provider));
  await asked(tokens, 1);
  const retired = provider.retire();
  gate.resolve();
  assert.equal((await call).head?.status, 200);
  await retired;
  assert.equal(got.length, 1);
});

test('a token that the provider refuses is not sent again, but for one that was just made', async (t) => {
  const { tokens, provider, got, clock, answer } = await world(t);
  answer.status = 401;
  await endOf(ask(provider));
  await endOf(ask(provider));
  assert.equal(tokens.asked(), 1);
  clock.nowMs += MINUTE_MS;
  await endOf(ask(provider));
  answer.status = 200;
  await endOf(ask(provider));
  assert.deepEqual(got.slice(-2), ['Bearer token-1', 'Bearer token-2']);
});

test('texts that tell a token or the private key are known', async (t) => {
  const { provider, tokens } = await world(t);
  await endOf(ask(provider));
  assert.ok(provider.tellsSecret('{"error":"token-1 is not good"}'));
  const { private_key: pem } = JSON.parse(tokens.keyFile) as { private_key: string };
  assert.ok(provider.tellsSecret(`so: ${pem}`));
  assert.equal(provider.tellsSecret('{"error":"nothing"}'), false);
});

test('a user’s credentials give tokens as well, and other text is a token itself', async (t) => {
  const forms: URLSearchParams[] = [];
  const got: string[] = [];
  const origin = await httpServer(t, (response, { url, headers }, body) => {
    if (url === '/token') {
      forms.push(new URLSearchParams(body.toString()));
      return response.end('{"access_token":"of-a-user","expires_in":60}');
    }
    got.push(headers.authorization ?? '');
    return response.end('{}');
  });
  const spoken = spokenAs('vertex', origin);
  const fields = { client_id: 'id', client_secret: 'a-secret', refresh_token: 'a-refresh-token' };
  const apiKey = JSON.stringify({ type: 'authorized_user', token_uri: `${origin}/token`, ...fields });
  await endOf(ask(httpProvider(t, origin, { apiKey, spoken })));
  await endOf(ask(httpProvider(t, origin, { apiKey: 'ya29.of-gcloud', spoken })));
  assert.deepEqual(Object.fromEntries(forms[0] ?? []), { grant_type: 'refresh_token', ...fields });
  assert.deepEqual(got, ['Bearer of-a-user', 'Bearer ya29.of-gcloud']);
});

test('keys that lead nowhere, or elsewhere, are refused before anything is sent', async (t) => {
  const { keyFile } = await tokenServer(t);
  const document = JSON.parse(keyFile) as Record<string, unknown>;
  for (const [change, words] of [
    [{ token_uri: 'http://169.254.169.254/token' }, /token_uri is a link-local address/],
    [{ token_uri: 'http://10.0.0.1/token' }, /token_uri is a private address/],
    [{ token_uri: 'file:///etc/passwd' }, /token_uri is neither http nor https/],
    [{ private_key: 'none' }, /private_key of its key is no RSA key/],
    [{ client_email: '' }, /lacks a field/],
    [{ type: 'external_account' }, /type that is not known/],
  ] as const) {
    const apiKey = JSON.stringify({ ...document, ...change });
    const { router } = createTestRouter(t, {
      providers: [testProvider('p', 'http://127.0.0.1:1', { preset: 'vertex', apiKey })],
    });
    const [health] = await router.currentHealth();
    assert.match(health?.reason ?? '', words);
  }
  const plain = createTestRouter(t, {
    providers: [testProvider('p', 'https://p.example', { preset: 'vertex', apiKey: keyFile })],
  });
  assert.match((await plain.router.currentHealth())[0]?.reason ?? '', /token_uri is not https/);
  const bearer = createTestRouter(t, { providers: [testProvider('p', 'http://127.0.0.1:1', { apiKey: keyFile })] });
  assert.match((await bearer.router.currentHealth())[0]?.reason ?? '', /its key has several lines/);
});

test('a file with a service account is read in all of its lines, and felt when it changes', async (t) => {
  const { keyFile } = await tokenServer(t);
  const dir = mkdtempSync(join(tmpdir(), 'keys-'));
  t.defer(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'sa.json');
  writeFileSync(path, keyFile);
  const keys = createProviderKeys({ environment: {}, masterKey: null, places: keyPlaces([dir]) });
  const place = {
    id: 'p',
    account: '',
    apiKeyRef: `file:${path}`,
    sealedApiKey: '',
    proxyCredentialsRef: '',
    clientKeyRef: '',
  };
  const read = () => keys.read(place);
  assert.deepEqual(read(), { apiKey: keyFile, proxyCredentials: '', clientKey: '' });
  const changed = Promise.withResolvers<void>();
  t.defer(keys.watch(place, () => changed.resolve()));
  // Again and again: the first look at the file may come after the first change.
  const timer = setInterval(() => writeFileSync(path, `one\n${Date.now()}`), 100);
  t.defer(() => clearInterval(timer));
  await changed.promise;
  clearInterval(timer);
  assert.match('fault' in read() ? JSON.stringify(read()) : '', /holds more than a key/);
});
