import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from '#testkit/test.ts';

interface LockEntry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockEntry>>;
};

// `npm ci` refuses a lock that lacks one, even if it is for another platform. `npm install` drops them where it can't
// see them, on a mirror that doesn't carry them, and says nothing.
test('every optional package of another platform is in the lock, so that a fresh clone installs anywhere', () => {
  const missing: string[] = [];
  for (const [path, { optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      const nested = path === '' ? undefined : lock.packages[`${path}/node_modules/${name}`];
      if (nested === undefined && lock.packages[`node_modules/${name}`] === undefined) missing.push(`${path}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('no address of a registry is in the lock, so that each machine uses its own', () => {
  const withAddress = Object.entries(lock.packages).filter(([, entry]) => 'resolved' in entry);
  assert.deepEqual(withAddress, []);
});
