import assert from 'node:assert/strict';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

async function found(position: number, change: (event: StoredEvent) => Partial<StoredEvent>): Promise<string> {
  const violation = (await auditOf(doctored(sampleLog(), position, change)))['I19']?.[0];
  assert.equal(violation?.position, position);
  return violation?.found ?? '';
}

test('a body that is no JSON, or a value instead of an object, is noticed', async () => {
  assert.match(await found(at.keyRevoked, () => ({ body: '{"keyId":' })), /JSON/);
  assert.match(await found(at.keyRevoked, () => ({ body: '7' })), /cannot decode/);
});

test('a field that is not in the schema is noticed', async () => {
  assert.match(await found(at.keyRevoked, bodyWith({ extra: 1 })), /extra/);
});

test('a field of the wrong type is noticed', async () => {
  assert.match(await found(at.keyRevoked, bodyWith({ revokedAtMs: 'soon' })), /revoked_at_ms/);
  assert.match(await found(at.paidUsage, bodyWith({ outcome: 'OUTCOME_GREAT' })), /Outcome/);
  assert.match(await found(at.paidUsage, bodyWith({ durationMs: -1 })), /duration_ms/);
});

test('a part that is a message of its own and was left out is noticed', async () => {
  const of = { payer: undefined };
  const debit = JSON.stringify({ debitId: 'd', by: {}, ...of });
  assert.equal(
    await found(at.keyRevoked, () => ({ type: 'BalanceDebited', body: debit })),
    'BalanceDebited lacks its payer',
  );
  const tiers = [{ abovePromptTokens: 5 }];
  assert.equal(await found(at.secondPrice, bodyWith({ tiers })), 'PricePublished lacks its tiers.unitPrices');
});

test('a usage, or a price, that is in no form there ever was is noticed', async () => {
  assert.equal(await found(at.paidUsage, bodyWith({ quantities: undefined })), 'UsageRecorded lacks its quantities');
  assert.equal(await found(at.secondPrice, bodyWith({ prices: undefined })), 'PricePublished lacks its prices');
});

test('a resource is one of some kind, and what was not set in it is no fault', async () => {
  const set = (resource: object) => ({ type: 'ResourceSet', body: JSON.stringify({ resource, by: {}, setAtMs: '1' }) });
  assert.equal(await found(at.keyRevoked, () => set({})), 'ResourceSet lacks its resource.kind');
  assert.match(await found(at.keyRevoked, () => set({ settings: { colour: 'red' } })), /colour/);
  const log = doctored(sampleLog(), at.keyRevoked, () => set({ settings: { id: 'default' } }));
  assert.equal((await auditOf(log))['I19'], undefined);
});

test('an unknown event type or schema version is noticed', async () => {
  assert.equal(await found(at.keyRevoked, () => ({ type: 'ApiKeySold' })), 'there is no event type ApiKeySold');
  assert.match(await found(at.keyRevoked, () => ({ schemaVersion: 2 })), /schema version 2/);
});

test('a field that an older writer left out is read as its default', async () => {
  assert.deepEqual(
    await auditOf(doctored(sampleLog(), at.userCreated, bodyWith({ requestsPerMinute: undefined }))),
    {},
  );
});
