import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { kindRows } from '#ai/providers/kind-rows.ts';
import { providerRows } from '#ai/providers/provider-rows.ts';
import { test } from '#testkit/test.ts';
import { isInCatalogue, providerTables, TABLES_END, TABLES_START, withTables } from './provider-tables.ts';

test('docs/providers.md says what the rows say', () => {
  const page = readFileSync(new URL('../docs/providers.md', import.meta.url), 'utf8');
  const written = withTables(page, providerTables(providerRows, isInCatalogue));
  assert.equal(page, written, 'run node scripts/write-provider-tables.ts');
});

test('a row is a line of providers, and of fields only where it is more than an address', () => {
  const plain = { ...kindRows.openai, id: 'plain', maxTokensField: 'max_tokens' } as const;
  const odd = { ...plain, id: 'odd', renamed: { seed: 'random_seed' }, refused: ['n', 'user'], keyVariable: 'ODD_KEY' };
  const tables = providerTables([plain, odd], (catalogueId) => catalogueId === '');
  assert.ok(tables.includes('| `plain` | OpenAI-compatible | – | your own | chat, completions, embeddings | yours |'));
  assert.ok(tables.includes('| `odd` | OpenAI-compatible | `ODD_KEY` |'));
  assert.ok(tables.includes('| `odd` | `max_tokens` | yes | `seed` as `random_seed` | `n`, `user` | – |'));
  assert.equal(tables.match(/`plain`/g)?.length, 1);
});

test('a page without a place for the tables is a fault, and around the place nothing changes', () => {
  assert.throws(() => withTables('# Providers\n', 'new'), /lacks the lines/);
  assert.throws(() => withTables(`${TABLES_END}\n${TABLES_START}\n`, 'new'), /lacks the lines/);
  const page = `before\n${TABLES_START}\nold\n${TABLES_END}\nafter\n`;
  assert.equal(withTables(page, 'new\n'), `before\n${TABLES_START}\n\nnew\n\n${TABLES_END}\nafter\n`);
});
