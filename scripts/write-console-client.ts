/**
 * Writes the console's client from the OpenAPI document that the gateway serves: the operations of administration, and
 * those of a key holder, typed. Below the root of the repository, or below the folder that is given.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import { openApiDocument } from '../services/ingress/src/openapi/openapi-document.ts';

const [root = fileURLToPath(new URL('..', import.meta.url))] = process.argv.slice(2);
const output = join(root, 'console/src/api/gen');
const document = openApiDocument();
const paths = Object.fromEntries(
  Object.entries(document['paths'] as object).filter(([path]) => /^\/(admin|v1\/me)(\/|$)/.test(path)),
);
const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
try {
  const input = join(folder, 'openapi.json');
  await writeFile(input, JSON.stringify({ ...document, paths }));
  await createClient({
    input,
    output: { path: output, clean: true },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', { name: '@hey-api/sdk' }],
    logs: { level: 'error' },
  });
  await leaveOutReminders(join(output, 'client/client.gen.ts'));
} finally {
  await rm(folder, { recursive: true });
}

/** What the generator's authors mean to do is no reminder of ours. */
async function leaveOutReminders(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^ *\/\/ TODO: .*\n/gm, ''));
}
