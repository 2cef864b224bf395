import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scope, test } from '#testkit/test.ts';
import { lockDataDir } from './data-dir-lock.ts';

async function temporaryDir(context: Scope): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'data-dir-lock-'));
  context.defer(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const holder = `
  const { lockDataDir } = await import(process.argv[1]);
  await lockDataDir(process.argv[2]);
  process.stdout.write('locked');
  setInterval(() => {}, 1000);
`;

test('a second gateway on a data directory is told which process has it', async (context) => {
  const dir = await temporaryDir(context);
  await using _first = await lockDataDir(dir);
  await assert.rejects(lockDataDir(dir), { message: `data directory in use by process ${process.pid}: ${dir}` });
});

test('a released data directory can be taken again', async (context) => {
  const dir = await temporaryDir(context);
  const first = await lockDataDir(dir);
  await first.release();
  await using _second = await lockDataDir(dir);
});

test('another process keeps the directory while it lives, and not a moment longer after kill -9', async (context) => {
  const dir = await temporaryDir(context);
  const module = new URL('./data-dir-lock.ts', import.meta.url).href;
  const other = spawn(process.execPath, ['--input-type=module', '-e', holder, module, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.defer(() => other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  await assert.rejects(lockDataDir(dir), { message: `data directory in use by process ${other.pid}: ${dir}` });

  other.kill('SIGKILL');
  await once(other, 'exit');
  await using _lock = await lockDataDir(dir);
});

test('a missing data directory is created', async (context) => {
  const dir = join(await temporaryDir(context), 'a', 'b');
  await using _lock = await lockDataDir(dir);
});
