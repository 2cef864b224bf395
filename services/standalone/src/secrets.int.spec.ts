import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMasterKey } from '#master-key/master-key.ts';
import { afterAll, test } from '#testkit/test.ts';
import { keepDemoKey, loadSecrets } from './secrets.ts';

const root = mkdtempSync(join(tmpdir(), 'gateway-secrets-'));
afterAll(() => rmSync(root, { recursive: true }));

const PEPPER = 'ab'.repeat(32);
const OTHER_PEPPER = 'cd'.repeat(32);
const TOKEN = 'a-token-of-the-operator';

function folder(kept?: object) {
  const dir = mkdtempSync(join(root, 'data-'));
  const file = join(dir, 'secrets.json');
  if (kept !== undefined) writeFileSync(file, JSON.stringify(kept), { mode: 0o644 });
  return { dir, file, kept: () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | undefined> };
}

test('what is made at the first start is the same at every other, for the owner alone', async () => {
  const { dir, file } = folder();
  const first = await loadSecrets(dir, {});
  assert.match(first.adminToken, /^at_[\w-]{32}$/);
  assert.match(first.keyPepper, /^[0-9a-f]{64}$/);
  await keepDemoKey(dir, 'ak_demo');
  assert.deepEqual(await loadSecrets(dir, {}), { ...first, demoKey: 'ak_demo' });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('what is given is used and not kept; what was made here is there again when the setting is gone', async () => {
  const { dir, file } = folder();
  const made = await loadSecrets(dir, {});
  const given = await loadSecrets(dir, { adminToken: TOKEN, keyPepper: PEPPER });
  assert.deepEqual([given.adminToken, given.keyPepper, given.isAdminTokenGiven], [TOKEN, PEPPER, true]);
  assert.match(given.warnings.join(), /pepper is another one/);
  assert.ok(!readFileSync(file, 'utf8').includes(TOKEN) && !readFileSync(file, 'utf8').includes(PEPPER));
  const again = await loadSecrets(dir, {});
  assert.deepEqual([again.adminToken, again.keyPepper], [made.adminToken, made.keyPepper]);
});

test('a pepper that was given and is not any more stops the start, instead of making every key unknown', async () => {
  const { dir, file, kept } = folder();
  await loadSecrets(dir, { keyPepper: PEPPER });
  assert.equal(kept()['keyPepper'], undefined);
  await assert.rejects(loadSecrets(dir, {}), /GATEWAY_KEY_PEPPER was set before/);
  assert.deepEqual((await loadSecrets(dir, { keyPepper: PEPPER.toUpperCase() })).warnings, []);
  assert.match((await loadSecrets(dir, { keyPepper: OTHER_PEPPER })).warnings.join(), /pepper is another one/);
  const { keyPepperSha256: _removed, ...rest } = kept();
  writeFileSync(file, JSON.stringify(rest));
  assert.match((await loadSecrets(dir, {})).keyPepper, /^[0-9a-f]{64}$/);
});

test('of a file of an earlier version the pepper is kept, a token made here too, and the copy of a given one is not', async () => {
  const made = `at_${'x'.repeat(32)}`;
  const old = folder({ adminToken: made, keyPepper: PEPPER, demoKey: 'ak_demo' });
  const secrets = await loadSecrets(old.dir, {});
  assert.deepEqual([secrets.adminToken, secrets.keyPepper, secrets.demoKey], [made, PEPPER, 'ak_demo']);
  assert.equal(statSync(old.file).mode & 0o777, 0o600);

  for (const given of [undefined, TOKEN, 'another-token-of-theirs']) {
    const copied = folder({ adminToken: TOKEN, keyPepper: PEPPER });
    assert.notEqual((await loadSecrets(copied.dir, {})).adminToken, TOKEN);
    await loadSecrets(copied.dir, { adminToken: given });
    assert.notEqual(copied.kept()['adminToken'], TOKEN);
    assert.equal(copied.kept()['keyPepper'], PEPPER);
  }
});

test('a made token that was taken into the settings is not kept beside them, and changes with them', async () => {
  const { dir, kept } = folder();
  const { adminToken } = await loadSecrets(dir, {});
  await loadSecrets(dir, { adminToken });
  assert.equal(kept()['adminToken'], undefined);
  assert.notEqual((await loadSecrets(dir, {})).adminToken, adminToken);
});

test('a master key that was made here opens what it sealed, also beside one that is given and when that is gone', async () => {
  const { dir, file } = folder();
  const { masterKey: made } = await loadSecrets(dir, {});
  const sealed = createMasterKey(made).seal('sk', 'provider/p');
  const given = await loadSecrets(dir, { masterKey: PEPPER });
  assert.ok(given.masterKey.startsWith(PEPPER), 'the given one seals');
  assert.deepEqual(createMasterKey(given.masterKey).open(sealed, 'provider/p'), { secret: 'sk' });
  assert.ok(!readFileSync(file, 'utf8').includes(PEPPER));
  assert.equal((await loadSecrets(dir, {})).masterKey, made);
});
