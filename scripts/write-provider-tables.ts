/** Writes what the rows of packages/ai/providers say into docs/providers.md: node scripts/write-provider-tables.ts */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { providerRows } from '#ai/providers/provider-rows.ts';
import { isInCatalogue, providerTables, withTables } from './provider-tables.ts';

const path = join(import.meta.dirname, '../docs/providers.md');
const tables = providerTables(providerRows, isInCatalogue);
writeFileSync(path, withTables(readFileSync(path, 'utf8'), tables));
