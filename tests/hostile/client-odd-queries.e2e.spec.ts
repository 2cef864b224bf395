import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { install } from '../e2e/support/install.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const { admin } = installation;
const { apiKey, userId, keyId } = await installation.customer();

interface ErrorDocument {
  readonly error: { readonly code: string; readonly param: string | null; readonly message: string };
}

const usageQueries: readonly (readonly [query: string, param: string])[] = [
  ['from=0000-01-01&to=0000-01-02', 'to'],
  ['to=0000-12-31', 'to'],
  ['from=1969-12-31&to=1970-01-01', 'from'],
  ['from=-001-01-01', 'from'],
  ['from=275760-09-13', 'from'],
  ['from=%2B275760-09-13', 'from'],
  ['to=2026-02-30', 'to'],
  ['to=2026-13-01', 'to'],
  ['from=2026-01-02&to=2026-01-01', 'from'],
  ['from=1970-01-01&to=9999-12-31', 'from'],
  ['from=9999-12-31', 'from'],
  ['from=2026-01-01%00', 'from'],
  ['from=infinity', 'from'],
  ['to=now', 'to'],
];
for (const [query, param] of usageQueries) {
  test(`usage of ?${query} is refused with 400 and names '${param}'`, async () => {
    const { status, document } = await admin.call<ErrorDocument>('GET', `/v1/usage?${query}`, { token: apiKey });
    assert.deepEqual([status, document.error?.code, document.error?.param], [400, 'invalid_request', param]);
  });
}

test('usage of the first day there is and of the last is answered', async () => {
  for (const query of ['to=1970-01-01', 'from=1970-01-01&to=1970-01-02', 'to=9999-12-31']) {
    const { status, document } = await admin.call<{ from: string }>('GET', `/v1/usage?${query}`, { token: apiKey });
    assert.equal(status, 200, JSON.stringify(document));
  }
});

const pages: readonly (readonly [query: string, param: string])[] = [
  ['limit=0', 'limit'],
  ['limit=-1', 'limit'],
  ['limit=1e9', 'limit'],
  ['limit=99999999999999999999', 'limit'],
  ['limit=', 'limit'],
  ['limit=10%00', 'limit'],
  ['after=%00', 'after'],
  ['after=nobody', 'after'],
  [`after=${'a'.repeat(5_000)}`, 'after'],
  ['after=%ED%A0%80', 'after'],
];
for (const [query, param] of pages) {
  test(`a page of users by ?${query.slice(0, 40)} is refused with 400 and names '${param}'`, async () => {
    const { status, document } = await admin.call<ErrorDocument>('GET', `/admin/users/?${query}`);
    assert.deepEqual([status, document.error?.code, document.error?.param], [400, 'invalid_request', param]);
  });
}

test('a path that names nothing is 404, whatever is written in it', async () => {
  for (const id of ['%00', 'a%00b', '%F0%9F%92%A9', "';--", 'a'.repeat(5_000), userId.toUpperCase()]) {
    for (const [method, path, token] of [
      ['GET', `/admin/users/${id}`, undefined],
      ['POST', `/admin/api-keys/${id}/revoke`, undefined],
      ['GET', `/v1/models/${id}`, apiKey],
    ] as const) {
      const { status } = await admin.call(method, path, token === undefined ? {} : { token });
      assert.equal(status, 404, `${method} ${path.slice(0, 60)}`);
    }
  }
  assert.equal((await admin.call('POST', '/admin/users/%00/balance', { body: { amount_usd: '1' } })).status, 404);
});

const texts: readonly (readonly [what: string, text: string])[] = [
  ['a NUL', 'a\u0000b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['a line break', 'a\nb'],
];
for (const [what, text] of texts) {
  test(`${what} in a text for the database is refused with 400 and names its field`, async () => {
    const user = { name: 'Ada', email: 'ada@example.com' };
    const cases: readonly (readonly [path: string, field: string, body: object])[] = [
      ['/admin/users/', 'name', { ...user, name: text }],
      ['/admin/users/', 'email', { ...user, email: `${text}@example.com` }],
      [`/admin/users/${userId}/balance`, 'reason', { amount_usd: '1', reason: text }],
      ['/admin/api-keys/', 'name', { user_id: userId, name: text }],
      ['/admin/api-keys/', 'user_id', { user_id: text }],
    ];
    for (const [path, field, body] of cases) {
      const { status, document } = await admin.call<ErrorDocument>('POST', path, { body });
      assert.deepEqual([status, document.error?.code, document.error?.param], [400, 'invalid_request', field], path);
    }
  });
}

test('an idempotency key that no log could hold is refused with 400', async () => {
  for (const key of ['', 'k'.repeat(256), 'caf\u00e9', 'a\tb']) {
    const options = { body: { amount_usd: '1' }, headers: { 'idempotency-key': key } };
    const { status, document } = await admin.call<ErrorDocument>('POST', `/admin/users/${userId}/balance`, options);
    assert.deepEqual([status, document.error?.param], [400, 'Idempotency-Key'], JSON.stringify(key));
  }
});

test('amounts beyond what the log can count are refused with 400, one by one and together', async () => {
  const other = await installation.customer({ creditUsd: '' });
  const credit = (amount: unknown) =>
    admin.call<ErrorDocument>('POST', `/admin/users/${other.userId}/balance`, { body: { amount_usd: amount } });
  for (const amount of ['9223372036.854775808', '1e30', 1e30, '9'.repeat(5_000), '0', 'NaN', '1000000000']) {
    const { status } = await credit(amount);
    assert.equal(status, 400, String(amount).slice(0, 40));
  }
  const numbers: readonly (readonly [field: string, value: unknown])[] = [
    ['requests_per_minute', 2 ** 32],
    ['requests_per_minute', 1.5],
    ['multiplier', '1e9'],
    ['multiplier', 1e300],
  ];
  for (const [field, value] of numbers) {
    const body = { name: 'Ada', email: 'ada@example.com', [field]: value };
    const { status, document } = await admin.call<ErrorDocument>('POST', '/admin/users/', { body });
    assert.deepEqual([status, document.error?.param], [400, field]);
  }
});

test('a model name of odd characters is refused, and the gateway goes on', async () => {
  for (const model of ['a\u0000b', '\ud800', 'm'.repeat(10_000), '../../etc/passwd']) {
    const body = { model, messages: [{ role: 'user', content: 'Hi' }] };
    const { status } = await admin.call('POST', '/v1/chat/completions', { body, token: apiKey });
    assert.ok(status === 404 || status === 400, `${status}`);
  }
  assert.equal((await admin.user(userId)).keys[0]?.id, keyId);
});
