import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '#testkit/test.ts';
import { undocumentedCodes } from './undocumented-codes.ts';

const root = join(import.meta.dirname, '..');
const document = readFileSync(join(root, 'docs/failure-modes.md'), 'utf8');

/** What is wrong with the document after one change to it. */
function problemsAfter(from: string, to: string): string[] {
  assert.ok(document.includes(from), from);
  const copy = mkdtempSync(join(tmpdir(), 'undocumented-codes-'));
  try {
    mkdirSync(join(copy, 'docs'));
    writeFileSync(join(copy, 'docs/failure-modes.md'), document.replace(from, to));
    return undocumentedCodes(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

test('every error code has a heading in the failure modes, with its statuses', () => {
  assert.deepEqual(undocumentedCodes(root), []);
});

test('a code without a heading, and a heading that is no code, are told', () => {
  assert.deepEqual(problemsAfter('### `conflict`', '### `conflicts`'), [
    'docs/failure-modes.md has a heading conflicts, which is no error code',
    'docs/failure-modes.md has no heading conflict',
  ]);
});

test('a status that differs from the table is told', () => {
  const [problem, ...others] = problemsAfter('HTTP 402 · ', 'HTTP 403 · ');
  assert.match(problem ?? '', /insufficient_balance: HTTP 403 .* the table says: HTTP 402 /);
  assert.deepEqual(others, []);
});
