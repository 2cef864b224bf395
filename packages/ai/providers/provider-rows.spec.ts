import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { providerRows } from './provider-rows.ts';

test('every provider has an id of its own, and an address that formats can go behind', () => {
  const ids = providerRows.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, baseUrl, formats, basePaths } of providerRows) {
    assert.ok(formats.length > 0 && new Set(formats).size === formats.length, id);
    for (const format of Object.keys(basePaths)) assert.ok((formats as readonly string[]).includes(format), id);
    // The customer's own.
    if (baseUrl === '') continue;
    const { protocol, hostname, search, pathname } = new URL(baseUrl);
    assert.ok(protocol === 'https:' || hostname === '127.0.0.1', id);
    assert.equal(search, '', id);
    assert.ok(!pathname.endsWith('/') || pathname === '/', id);
  }
});

test('a variable is of one provider, or of the doors of one cloud', () => {
  const owners = new Map<string, string[]>();
  for (const { id, keyVariable } of providerRows) {
    if (keyVariable !== '') owners.set(keyVariable, [...(owners.get(keyVariable) ?? []), id]);
  }
  for (const [variable, ids] of owners) {
    if (variable === 'AWS_BEARER_TOKEN_BEDROCK') assert.ok(ids.every((id) => id.startsWith('bedrock')));
    else assert.equal(ids.length, 1, variable);
  }
});

test('no variable of a provider is one that machines have for other ends', () => {
  for (const name of ['GITHUB_TOKEN', 'AWS_ACCESS_KEY_ID', 'GOOGLE_API_KEY', 'API_KEY']) {
    assert.ok(!providerRows.some(({ keyVariable }) => keyVariable === name), name);
  }
});
