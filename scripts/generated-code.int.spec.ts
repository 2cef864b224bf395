import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '#testkit/test.ts';
import { findDrift } from './generated-code.ts';

const root = join(import.meta.dirname, '..');

test('generated code that is missing, changed or left over is named, and what is equal is not', async (context) => {
  const committed = await mkdtemp(join(root, 'node_modules', '.generated-'));
  context.defer(() => rm(committed, { recursive: true }));
  await mkdir(join(committed, 'a'));
  for (const name of ['equal', 'differs', 'left-over']) await writeFile(join(committed, 'a', name), 'old');

  const drift = await findDrift(committed, (outDir) => {
    const folder = join(outDir, committed.slice(root.length), 'a');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'equal'), 'old');
    writeFileSync(join(folder, 'differs'), 'new');
    writeFileSync(join(folder, 'new'), 'new');
    return true;
  });
  assert.deepEqual(drift, ['differs: a/differs', 'generated from nothing: a/left-over', 'missing: a/new']);
});

test('code that can not be generated is a fault, and so is none at all', async () => {
  assert.deepEqual(await findDrift(root, () => false), ['the code could not be generated, see above']);
  assert.deepEqual(await findDrift(join(root, 'node_modules', 'nothing-here'), () => true), ['nothing was generated']);
});
