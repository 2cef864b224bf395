import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { ChangeBalanceResponseSchema, LedgerLineSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import {
  AdminTokenSchema,
  ApiKeySchema,
  LimitSchema,
  ProviderSchema,
  UserSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import { writeOutput } from './write-output.ts';

test('a user is shown with balance and keys, an empty text as null, and nothing that is hidden', () => {
  const user = create(UserSchema, {
    id: 'u',
    name: 'Ann',
    status: 'active',
    sealed: 'ciphertext',
    emailDigest: 'digest',
    balance: {
      availableUsd: '10.5',
      creditedUsd: '10.5',
      chargedUsd: '0',
      heldUsd: '0',
      availableNanoUsd: '10500000000',
    },
    keys: [{ id: 'k', prefix: 'ak_12345678', keyHash: 'hash', status: 'revoked', revoked: true }],
  });
  const document = writeOutput(UserSchema, user);
  assert.partialDeepStrictEqual(document, {
    object: 'user',
    id: 'u',
    name: 'Ann',
    email: null,
    requests_per_minute: 0,
    multiplier: null,
    metadata: {},
    balance: { available_usd: '10.50', available_nano_usd: '10500000000', held_usd: '0.00' },
    keys: [{ object: 'api_key', id: 'k', prefix: 'ak_12345678', revoked: true, allowed_models: [] }],
  });
  assert.doesNotMatch(JSON.stringify(document), /ciphertext|digest|hash|"api_key":/);
});

test('a key is shown where it is made, and is not even named elsewhere', () => {
  assert.equal(writeOutput(ApiKeySchema, create(ApiKeySchema, { apiKey: 'ak_1' }))['api_key'], 'ak_1');
  assert.ok(!('api_key' in writeOutput(ApiKeySchema, create(ApiKeySchema))));
  assert.ok(!('token' in writeOutput(AdminTokenSchema, create(AdminTokenSchema, { tokenHash: 'h' }))));
  const provider = create(ProviderSchema, { id: 'p', apiKey: 'sk-1', sealedApiKey: 'sealed' });
  assert.doesNotMatch(JSON.stringify(writeOutput(ProviderSchema, provider)), /sk-1|sealed/);
});

test('amounts of limits are numbers, of costs text, and none loses a digit', () => {
  const shown = (unit: string, amount: string) =>
    writeOutput(LimitSchema, create(LimitSchema, { unit, amount }))['amount'];
  assert.equal(shown('requests', '60'), 60);
  assert.equal(shown('cost', '60'), '60');
  assert.equal(shown('cost', '0.000000001'), '0.000000001');
  assert.equal(shown('tokens', '999999999999999999'), '999999999999999999');
  assert.equal(shown('tokens', ''), null);
});

test('a credit and a line of the ledger are shown with exact amounts and places', () => {
  const credit = create(ChangeBalanceResponseSchema, { id: 'c', amountUsd: '-0.5' });
  assert.partialDeepStrictEqual(writeOutput(ChangeBalanceResponseSchema, credit), {
    object: 'credit',
    id: 'c',
    amount_usd: '-0.50',
    balance: null,
  });
  assert.equal(writeOutput(LedgerLineSchema, create(LedgerLineSchema, { position: 7n }))['position'], 7);
});
