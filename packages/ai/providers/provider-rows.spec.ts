import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { providerRows } from './provider-rows.ts';

test('every provider has an id and a variable of its own, and an address that formats can go behind', () => {
  const ids = providerRows.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const variables = providerRows.map(({ keyVariable }) => keyVariable).filter((name) => name !== '');
  assert.equal(new Set(variables).size, variables.length);
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

test('no variable of a provider is one that machines have for other ends', () => {
  for (const name of ['GITHUB_TOKEN', 'AWS_ACCESS_KEY_ID', 'GOOGLE_API_KEY', 'API_KEY']) {
    assert.ok(!providerRows.some(({ keyVariable }) => keyVariable === name), name);
  }
});
