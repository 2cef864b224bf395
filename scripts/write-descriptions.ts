/**
 * Writes the comments of administration's messages and fields into packages/contracts/gen/descriptions.json, below the folder
 * that is given, or the repository's root. gatewayctl's --help and the OpenAPI document show them; descriptors have none.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DescriptionsImage, descriptionsOf } from './descriptions.ts';

/** The image holds the sources of everything below proto/: some hundred KiB. */
const IMAGE_MAX_BYTES = 64 * 1024 * 1024;

const root = fileURLToPath(new URL('..', import.meta.url));
const path = join(process.argv[2] ?? root, 'packages/contracts/gen/descriptions.json');

const { stdout, status, error } = spawnSync(
  join(root, 'node_modules/.bin/buf'),
  ['build', '--path', 'proto/gateway/admin', '--output', '-#format=json'],
  { cwd: root, encoding: 'utf8', maxBuffer: IMAGE_MAX_BYTES, stdio: ['ignore', 'pipe', 'inherit'] },
);
if (error !== undefined || status !== 0) {
  console.error(error?.message ?? `buf build ended with ${status}`);
  process.exit(1);
}
const descriptions = descriptionsOf(JSON.parse(stdout) as DescriptionsImage);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, `${JSON.stringify(descriptions, null, 2)}\n`);
