import assert from 'node:assert/strict';
import { type Kind, kinds } from '#registry/kinds.ts';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';

/* Every kind of resource is changed and deleted at the version that was looked at, where the caller says so. */

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

type Document = Readonly<Record<string, unknown>>;

interface Row {
  /** A new one. */
  readonly made: Document;
  /** Two changes of it. */
  readonly first: Document;
  readonly second: Document;
}

const inAYear = new Date(Date.now() + 31_536_000_000).toISOString();

const rows: Readonly<Record<Kind, (userId: string) => Row>> = {
  organisation: () => ({ made: { name: 'a' }, first: { name: 'b' }, second: { name: 'c' } }),
  team: () => ({ made: { name: 'a' }, first: { name: 'b' }, second: { name: 'c' } }),
  user: () => ({ made: { name: 'a' }, first: { name: 'b' }, second: { name: 'c' } }),
  key: (userId) => ({ made: { user_id: userId, name: 'a' }, first: { name: 'b' }, second: { name: 'c' } }),
  limit: () => ({
    made: { subject: { kind: 'gateway' }, unit: 'requests', period: 'day', amount: '100000' },
    first: { amount: '200000' },
    second: { amount: '300000' },
  }),
  token: () => ({ made: { name: 'a', role: 'auditor' }, first: { name: 'b' }, second: { expires_at: inAYear } }),
  provider: () => ({
    made: { kind: 'openai', base_url: 'http://127.0.0.1:9/v1' },
    first: { status: 'draining' },
    second: { status: 'active' },
  }),
  model: () => ({ made: { status: 'disabled' }, first: { fallbacks: ['x'] }, second: { fallbacks: ['y'] } }),
  alias: () => ({ made: { models: ['a'] }, first: { models: ['b'] }, second: { models: ['c'] } }),
  price: () => ({
    made: { prices: [{ unit: 'input', usd_per_million: '1' }] },
    first: { context_tokens: 1_000 },
    second: { context_tokens: 2_000 },
  }),
  route: () => ({ made: { models: ['nobodys'] }, first: { order: 1 }, second: { order: 2 } }),
  settings: () => ({ made: {}, first: { drain_seconds: 11 }, second: { drain_seconds: 12 } }),
  alertChannel: () => ({
    made: { kind: 'webhook', url: 'https://alerts.example/a', signing_secret: `whsec_${'A'.repeat(43)}=` },
    first: { url: 'https://alerts.example/b' },
    second: { url: 'https://alerts.example/c' },
  }),
  alertRule: () => ({
    made: { watches: 'limit_used' },
    first: { limit_percents: [50] },
    second: { limit_percents: [60] },
  }),
};

async function call(method: string, path: string, body?: Document, ifMatch?: string) {
  const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  const given = body === undefined ? { headers } : { headers, body };
  const answer = await installation.admin.call<{ id: string; code?: string }>(method, path, given);
  return { status: answer.status, etag: answer.headers.get('etag') ?? '', document: answer.document };
}

/** Makes one, and says where it is. */
async function place(kind: Kind, made: Document): Promise<string> {
  const options = kinds.get(kind)?.options;
  assert.ok(options !== undefined);
  const all = `/admin/${options.collection}`;
  if (options.isSingle) return all;
  if (options.isNamed) {
    const id = kind === 'price' ? 'house/if-match' : 'if-match';
    const { status, document } = await call('PUT', `${all}/${id}`, made, '"0"');
    assert.equal(status, 201, JSON.stringify(document));
    return `${all}/${id}`;
  }
  const { status, document } = await call('POST', all, made);
  assert.equal(status, 201, JSON.stringify(document));
  return `${all}/${document.id}`;
}

for (const kind of kinds.keys() as Iterable<Kind>) {
  test(`a ${kind} changes and ends at the version that was looked at, and at no other`, async () => {
    const { userId } = await installation.customer({ creditUsd: '' });
    const { made, first, second } = rows[kind](userId);
    const { isSingle, isNamed } = kinds.get(kind)?.options ?? {};
    const path = await place(kind, made);
    const seen = await call('GET', path);
    assert.match(seen.etag, /^"\d+"$/);
    assert.equal((await call('PATCH', path, first)).status, 200);

    const changed = await call('GET', path);
    assert.notEqual(changed.etag, seen.etag);
    const late: readonly (readonly [method: string, body: Document | undefined, ifMatch: string])[] = [
      ['PATCH', second, seen.etag],
      ...(isSingle === true ? [] : [['DELETE', undefined, seen.etag] as const]),
      ...(isNamed === true
        ? [['PUT', { ...made, ...second }, seen.etag] as const, ['PUT', { ...made, ...second }, '"0"'] as const]
        : []),
    ];
    for (const [method, body, ifMatch] of late) {
      const { status, document } = await call(method, path, body, ifMatch);
      assert.deepEqual([status, document.code], [412, 'precondition_failed'], `${method} ${ifMatch}`);
    }
    assert.equal((await call('GET', path)).etag, changed.etag, 'and nothing of it is done');

    const mine = await call('PATCH', path, second, changed.etag);
    assert.equal(mine.status, 200, JSON.stringify(mine.document));
    if (isNamed === true) assert.equal((await call('PUT', path, { ...made, ...first }, mine.etag)).status, 200);
    const last = await call('GET', path);
    if (isSingle !== true) assert.ok((await call('DELETE', path, undefined, last.etag)).status < 300);
  });
}
