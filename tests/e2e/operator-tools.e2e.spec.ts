import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { afterAll, test } from '#testkit/test.ts';
import { gatewayctl } from './support/gatewayctl.ts';
import { install } from './support/install.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());

const example = fileURLToPath(new URL('../../config/policy.example.yaml', import.meta.url));

test('the self-test of a sound gateway passes every step and leaves nothing that works', async () => {
  const gateway = installation.gateway();
  const { code, stdout, stderr } = await gatewayctl(gateway, [
    'selftest',
    '--url',
    gateway.url,
    '--model',
    'gpt-4o-mini',
    '--yes',
    '--json',
  ]);
  const documents = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    documents.filter(({ outcome }) => outcome === 'failed'),
    [],
  );
  assert.deepEqual([code, stderr], [0, '']);
  const report = documents.at(-1);
  assert.partialDeepStrictEqual(report, { is_ok: true, left: [] });
  assert.ok(BigInt(report.charged_nano_usd) > 0n);
  const limits = await gatewayctl(gateway, ['limits', 'list', '--json']);
  assert.ok(!limits.stdout.includes('selftest'));
});

test('the example of a policy file is applied once; a second run finds nothing to change', async () => {
  const gateway = installation.gateway();
  const first = await gatewayctl(gateway, ['apply', '-f', example, '--yes']);
  assert.equal(first.stderr, '');
  assert.match(first.stdout, /^Applied: 11\.$/m);
  const second = await gatewayctl(gateway, ['apply', '-f', example, '--dry-run']);
  assert.match(second.stdout, /^0 to create, 0 to change, 0 to delete, 11 unchanged\.$/m);
  assert.equal(second.code, 0);
});
