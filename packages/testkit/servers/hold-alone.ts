import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tryLockFile } from '#postgres/exclusive-file-lock.ts';

const POLL_MS = 50;

/**
 * Holds a server that is given for one suite at a time, on this machine: the gateway's names on a bus or in a cache are
 * fixed, so two suites on one server would hear each other.
 */
export async function holdAlone(address: string): Promise<Disposable> {
  const name = createHash('sha256').update(address).digest('hex').slice(0, 16);
  for (;;) {
    const lock = tryLockFile(join(tmpdir(), `gateway-test-server-${name}.lock`));
    if (lock !== undefined) return { [Symbol.dispose]: () => lock.release() };
    await pause(POLL_MS);
  }
}
