import assert from 'node:assert/strict';
import type { DescMessage } from '@bufbuild/protobuf';
import { ChangeBalanceRequestSchema, ListLedgerRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import {
  ApiKeySchema,
  LimitSchema,
  PriceSchema,
  SettingsSchema,
  UserSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import { parseExactly } from './exact-json.ts';
import { readInput } from './read-input.ts';

const read = (schema: DescMessage, json: string) => readInput(schema, parseExactly(json) as JsonObject);

function refusal(schema: DescMessage, json: string): { param: string | undefined; message: string } {
  try {
    read(schema, json);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'invalid_request') {
      return { param: thrown.refusal.param, message: thrown.refusal.message };
    }
    throw thrown;
  }
  return { param: 'none', message: '' };
}

test('a document becomes a message, and says which fields it gave', () => {
  const { message, fields, writtenAs } = read(
    UserSchema,
    '{"username": " Ann ", "multiplier": 1.50, "requests_per_minute": "60", "team_id": null, "metadata": {"a": "b"}}',
  );
  assert.partialDeepStrictEqual(message, {
    name: 'Ann',
    multiplier: '1.50',
    requestsPerMinute: 60,
    teamId: '',
    metadata: { a: 'b' },
  });
  assert.deepEqual(fields, ['name', 'multiplier', 'requests_per_minute', 'team_id', 'metadata']);
  assert.deepEqual([...writtenAs], [['name', 'username']]);
});

test('an amount keeps its digits, as a number and as a text', () => {
  for (const [json, text] of [
    ['0.1', '0.1'],
    ['0.100000000000000005', '0.100000000000000005'],
    ['12345678901234567890', '12345678901234567890'],
    ['"10.50"', '10.50'],
    ['-3', '-3'],
  ]) {
    const { message } = read(ChangeBalanceRequestSchema, `{"amount_usd": ${json}}`);
    assert.partialDeepStrictEqual(message, { amountUsd: text });
  }
  assert.partialDeepStrictEqual(read(LimitSchema, '{"amount": 100}').message, { amount: '100' });
  assert.partialDeepStrictEqual(read(ListLedgerRequestSchema, '{"after": "9007199254740993"}').message, {
    after: 9007199254740993n,
  });
});

test('what is nested is read to its ground', () => {
  const { message } = read(
    PriceSchema,
    '{"prices": [{"unit": "input", "usd_per_million": 0.15}], "bands": [{"above_prompt_tokens": 200000, "prices": []}]}',
  );
  assert.partialDeepStrictEqual(message, {
    prices: [{ unit: 'input', usdPerMillion: '0.15' }],
    bands: [{ abovePromptTokens: 200_000, prices: [] }],
  });
  assert.partialDeepStrictEqual(read(SettingsSchema, '{"demo": "true", "throttle_per_key": {"burst": 5}}').message, {
    demo: true,
    throttlePerKey: { burst: 5, requestsPerMinute: 0 },
  });
});

test('a field of another type is refused by its path', () => {
  const cases: readonly (readonly [DescMessage, string, string])[] = [
    [UserSchema, '{"name": 7}', 'name'],
    [UserSchema, '{"username": 7}', 'username'],
    [UserSchema, '{"requests_per_minute": -1}', 'requests_per_minute'],
    [UserSchema, '{"requests_per_minute": 1.5}', 'requests_per_minute'],
    [UserSchema, '{"requests_per_minute": 4294967296}', 'requests_per_minute'],
    [UserSchema, '{"requests_per_minute": "many"}', 'requests_per_minute'],
    [UserSchema, '{"multiplier": [1.5]}', 'multiplier'],
    [UserSchema, '{"tags": "a"}', 'tags'],
    [UserSchema, '{"tags": ["a", null]}', 'tags[1]'],
    [UserSchema, '{"metadata": []}', 'metadata'],
    [UserSchema, '{"metadata": {"a": 1}}', 'metadata.a'],
    [ApiKeySchema, '{"expires_at": 1700000000}', 'expires_at'],
    [LimitSchema, '{"subject": "user"}', 'subject'],
    [LimitSchema, '{"subject": {"kind": 1}}', 'subject.kind'],
    [PriceSchema, '{"prices": [{"unit": null}, 5]}', 'prices[1]'],
    [PriceSchema, '{"bands": [{"prices": [{"unit": true}]}]}', 'bands[0].prices[0].unit'],
    [SettingsSchema, '{"demo": 1}', 'demo'],
  ];
  for (const [schema, json, param] of cases) assert.equal(refusal(schema, json).param, param, json);
});

test('an unknown field is named, with those that are expected', () => {
  assert.deepEqual(refusal(LimitSchema, '{"subject": {"kid": "user"}}'), {
    param: 'subject.kid',
    message: "Unknown field 'subject.kid': expected kind, id.",
  });
  assert.match(refusal(UserSchema, '{"requestsPerMinute": 5}').message, /write it 'requests_per_minute'/);
  assert.match(refusal(UserSchema, '{"sealed": "x"}').message, /Unknown field 'sealed'/);
  assert.match(refusal(ApiKeySchema, '{"status": "revoked"}').message, /'status' is set by the gateway/);
  assert.match(refusal(UserSchema, '{"__proto__": {}}').message, /Unknown field '__proto__'/);
  assert.match(refusal(UserSchema, '{"name": "a", "username": "b"}').message, /same field/);
});
