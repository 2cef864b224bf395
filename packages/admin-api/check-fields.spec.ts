import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { ChangeBalanceRequestSchema, ImportPricesRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import {
  ApiKeySchema,
  LimitSchema,
  OrganisationSchema,
  PriceSchema,
  ProviderSchema,
  SettingsSchema,
  UserSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import { fieldProblems } from './check-fields.ts';

const paramsOf = (problems: ReturnType<typeof fieldProblems>) => problems.map(({ param }) => param);

const user = (told: object) => fieldProblems(UserSchema, create(UserSchema, { name: 'Ada', ...told }));
const key = (told: object) => fieldProblems(ApiKeySchema, create(ApiKeySchema, { userId: 'u', ...told }));
const limit = (told: object) =>
  fieldProblems(
    LimitSchema,
    create(LimitSchema, {
      id: 'l',
      subject: { kind: 'user', id: 'u' },
      unit: 'requests',
      period: 'day',
      amount: '10',
      ...told,
    }),
  );

test('what is whole has no problem', () => {
  assert.deepEqual(user({ email: 'ada@example.com', tags: ['a.b:c'], metadata: { plan: 'gold', note: '' } }), []);
  assert.deepEqual(limit({}), []);
});

test('a required field that is empty is named, in a message below and in a list as well', () => {
  assert.deepEqual(paramsOf(fieldProblems(LimitSchema, create(LimitSchema))), ['subject', 'unit', 'period', 'amount']);
  assert.deepEqual(paramsOf(limit({ subject: {} })), ['subject.kind']);
  const price = create(PriceSchema, { id: 'p', prices: [{ unit: 'input', usdPerMillion: '1' }, { unit: 'x' }] });
  assert.deepEqual(paramsOf(fieldProblems(PriceSchema, price)), ['prices[1].unit', 'prices[1].usd_per_million']);
});

test('each format takes what it is of, and refuses what is near it', () => {
  const cases: readonly [
    taken: readonly object[],
    refused: readonly object[],
    of: (told: object) => readonly object[],
  ][] = [
    [[{ email: 'a@b' }], [{ email: 'ada' }, { email: 'a b@c' }, { email: 'a@b@c' }], user],
    [[{ multiplier: '0.01' }, { multiplier: '100' }], [{ multiplier: '0' }, { multiplier: '100.1' }], user],
    [[{ teamId: 'a/b@c:d-e_f.g' }], [{ teamId: 'a b' }, { teamId: '..' }, { teamId: 'a/./b' }], user],
    [[{ tags: ['a'] }], [{ tags: ['A'] }, { tags: [''] }, { tags: ['x'.repeat(65)] }], user],
    [
      [{ expiresAt: '2028-02-29T23:59:59.123+01:00' }, { expiresAt: '2026-11-28T12:00:00Z' }],
      [{ expiresAt: '2026-02-29T12:00:00Z' }, { expiresAt: '2026-11-28' }, { expiresAt: '2026-11-28T24:00:00Z' }],
      key,
    ],
    [
      [{ allowedAddresses: ['10.0.0.0/8', '::1', 'fd00::/8', '127.0.0.1'] }],
      [
        { allowedAddresses: ['10.0.0.0/33'] },
        { allowedAddresses: ['10.0.0'] },
        { allowedAddresses: ['fe80::1%e/8'] },
        { allowedAddresses: ['::ffff:10.0.0.0/8'] },
      ],
      key,
    ],
    [[{ allowedModels: ['gpt-*', '*/*'] }], [{ allowedModels: ['a b'] }, { allowedModels: ['*'.repeat(9)] }], key],
    [[{ amount: '0' }, { amount: '9'.repeat(18) }], [{ amount: '1.5' }, { amount: '-1' }, { amount: '1e3' }], limit],
    [
      [{ unit: 'cost', amount: '1.5' }],
      [
        { unit: 'cost', amount: '-1' },
        { unit: 'cost', amount: '1e3' },
      ],
      limit,
    ],
  ];
  for (const [taken, refused, problemsOf] of cases) {
    for (const told of taken) assert.deepEqual(problemsOf(told), [], JSON.stringify(told));
    for (const told of refused) assert.equal(problemsOf(told).length, 1, JSON.stringify(told));
  }
});

test('formats of providers, prices, settings and organisations', () => {
  const provider = (told: object) =>
    paramsOf(
      fieldProblems(
        ProviderSchema,
        create(ProviderSchema, { id: 'p', kind: 'openai', baseUrl: 'https://x/v1', ...told }),
      ),
    );
  assert.deepEqual(provider({ apiKeyRef: 'env:OPENAI_API_KEY' }), []);
  assert.deepEqual(provider({ apiKeyRef: 'file:/run/secrets/openai' }), []);
  assert.deepEqual(provider({ apiKeyRef: 'sk-abc' }), ['api_key_ref']);
  assert.deepEqual(provider({ baseUrl: 'ftp://x' }), ['base_url']);
  assert.deepEqual(provider({ baseUrl: 'https://a:b@x' }), ['base_url']);
  const zone = (timeZone: string) =>
    fieldProblems(OrganisationSchema, create(OrganisationSchema, { name: 'o', timeZone })).length;
  assert.deepEqual(['Europe/Berlin', 'UTC', 'Europe/Nowhere', '+01:00'].map(zone), [0, 0, 1, 1]);
  const price = (usdPerMillion: string) =>
    fieldProblems(PriceSchema, create(PriceSchema, { id: 'p', prices: [{ unit: 'input', usdPerMillion }] })).length;
  assert.deepEqual(['0', '0.15', '-1', 'x'].map(price), [0, 0, 1, 1]);
});

test('bounds hold for numbers, texts, lists and maps', () => {
  assert.deepEqual(paramsOf(user({ requestsPerMinute: 1_000_001 })), ['requests_per_minute']);
  assert.deepEqual(paramsOf(user({ name: 'x'.repeat(201) })), ['name']);
  assert.deepEqual(paramsOf(user({ tags: Array.from({ length: 21 }, (_, n) => `t${n}`) })), ['tags']);
  assert.deepEqual(paramsOf(user({ metadata: { a: 'x'.repeat(501) } })), ['metadata.a']);
  assert.deepEqual(paramsOf(user({ metadata: { ['x'.repeat(65)]: '' } })), ['metadata']);
  const settings = create(SettingsSchema, { throttlePerKey: { requestsPerMinute: 60_000_001 } });
  assert.deepEqual(paramsOf(fieldProblems(SettingsSchema, settings)), ['throttle_per_key.requests_per_minute']);
});

test('control characters and broken Unicode are refused; a document may have lines', () => {
  for (const name of ['a\u0000b', 'a\nb', 'half \ud800', '  ']) assert.deepEqual(paramsOf(user({ name })), ['name']);
  assert.deepEqual(user({ name: 'ß 漢字 👩‍💻' }), []);
  const document = (text: string) =>
    fieldProblems(ImportPricesRequestSchema, create(ImportPricesRequestSchema, { text, form: 'litellm' }));
  assert.deepEqual(document('{\n\t"a": 1\r\n}'), []);
  assert.deepEqual(paramsOf(document('\u0000')), ['text']);
});

test('what the gateway writes itself is not checked, and a command is checked as a resource is', () => {
  assert.deepEqual(user({ emailDigest: 'x'.repeat(5_000), createdAt: 'never' }), []);
  const command = create(ChangeBalanceRequestSchema, { collection: 'keys', id: 'u', amountUsd: '1,5', reason: '' });
  assert.deepEqual(paramsOf(fieldProblems(ChangeBalanceRequestSchema, command)), ['collection', 'amount_usd']);
});
