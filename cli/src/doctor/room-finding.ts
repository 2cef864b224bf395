import { type Finding, fail, ok, warn } from './finding.ts';

const GIBIBYTE = 1024 ** 3;

/** PostgreSQL stops at the first write that finds no room; its write-ahead log alone may take this much. */
const FAIL_BELOW_BYTES = GIBIBYTE;
/** Some ten million requests. */
const WARN_BELOW_BYTES = 5 * GIBIBYTE;

/** What it means that so much of the data folder's disk is free. */
export function roomFindingOf(dataDir: string, freeBytes: number): Finding {
  const message = `${(freeBytes / GIBIBYTE).toFixed(1)} GiB are free for ${dataDir}`;
  const advice = 'make room, or set GATEWAY_DATA_DIR to a folder on another disk';
  if (freeBytes < FAIL_BELOW_BYTES) return fail('disk', message, advice);
  return freeBytes < WARN_BELOW_BYTES ? warn('disk', message, advice) : ok('disk', message);
}
