/**
 * Writes packages/catalogue/gen/model-facts.json from a copy of LiteLLM's model_prices_and_context_window.json (its package on
 * PyPI has one): node scripts/write-model-facts.ts FILE 'litellm 1.110.2' 2026-11-28
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelFacts, type SourceRow } from './read-model-facts.ts';

const [file, source, date] = process.argv.slice(2);
if (file === undefined || source === undefined || date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
  console.error('usage: node scripts/write-model-facts.ts FILE SOURCE YYYY-MM-DD');
  process.exit(2);
}
const facts = readModelFacts(JSON.parse(readFileSync(file, 'utf8')) as Record<string, SourceRow>);
const about = { source, license: 'MIT, Copyright (c) 2023 Berri AI', date };
// A model a line: a new copy of the source shows what has changed.
const catalogues = [...facts]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([id, models]) => {
    const lines = [...models]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, written]) => `${JSON.stringify(name)}:${JSON.stringify(written)}`);
    return `${JSON.stringify(id)}:{\n${lines.join(',\n')}\n}`;
  });
const path = join(import.meta.dirname, '../packages/catalogue/gen/model-facts.json');
writeFileSync(path, `{\n"about":${JSON.stringify(about)},\n"models":{\n${catalogues.join(',\n')}\n}}\n`);
