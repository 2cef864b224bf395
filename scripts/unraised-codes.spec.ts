import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorTable } from '#errors/error-table.ts';
import { test } from '#testkit/test.ts';
import { unraisedCodes } from './unraised-codes.ts';

const allBut = (code: string): string =>
  Object.keys(errorTable)
    .filter((other) => other !== code)
    .map((other) => `fail('${other}');`)
    .join('\n');

/** What is unraised in a project of these files. */
function unraisedIn(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'unraised-codes-'));
  try {
    mkdirSync(join(root, 'packages/errors'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    return unraisedCodes(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('a code that production code has as a string is raised', () => {
  const files = { 'packages/a.ts': allBut('conflict'), 'packages/b.ts': "throw new Fault({ code: 'conflict' });" };
  assert.deepEqual(unraisedIn(files), []);
});

test('a code that is only compared with, or only in the table and in specs, is not raised', () => {
  const files = {
    'packages/a.ts': allBut('conflict'),
    'packages/b.ts': "if (fault.code === 'conflict' || fault.code !== 'conflict') return;",
    'packages/b.spec.ts': "throw new Fault({ code: 'conflict' });",
    'packages/errors/error-table.ts': "const code = 'conflict';",
  };
  assert.deepEqual(unraisedIn(files), ['conflict']);
});
