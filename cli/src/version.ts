import { readFileSync } from 'node:fs';
import { parseObject } from '#kernel/json.ts';

/** The version of this program, which is the gateway's: they are one package. */
export function version(): string {
  const manifest = parseObject(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(manifest?.['version'] ?? '');
}
