import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from '#testkit/test.ts';
import { accountKeyOf, createMasterKey, providerKeyOf } from './master-key.ts';

const [old, next] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const of = providerKeyOf('openai');

test('a sealed secret opens under its key, and no two sealed texts are the same', () => {
  const key = createMasterKey(old);
  const sealed = key.seal('sk-ü-secret', of);
  assert.deepEqual(key.open(sealed, of), { secret: 'sk-ü-secret' });
  assert.notEqual(key.seal('sk-ü-secret', of), sealed);
  assert.ok(!sealed.includes('secret'));
});

test('a key is exchanged by putting the new one in front: it seals from then on, and both open', () => {
  const sealed = createMasterKey(old).seal('sk', of);
  const both = createMasterKey(`${next}, ${old}`);
  assert.deepEqual(both.open(sealed, of), { secret: 'sk' });
  const again = createMasterKey(next);
  assert.deepEqual(again.open(both.seal('sk', of), of), { secret: 'sk' });
  assert.match(JSON.stringify(again.open(sealed, of)), /fault.*not in GATEWAY_MASTER_KEY/);
});

test('a sealed text that was changed, cut or moved to another provider does not open', () => {
  const key = createMasterKey(old);
  const sealed = key.seal('sk', of);
  const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
  const cut = sealed.slice(0, 20);
  for (const [text, whose] of [
    [changed, of],
    [cut, of],
    ['', of],
    [sealed.replace('1.', '2.'), of],
    [sealed, providerKeyOf('anthropic')],
    [sealed, accountKeyOf('openai', 'a')],
    [key.seal('sk', accountKeyOf('openai', 'b')), accountKeyOf('openai', 'a')],
  ] as const) {
    assert.ok('fault' in key.open(text, whose), text);
  }
});
