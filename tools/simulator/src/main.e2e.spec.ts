import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from '#testkit/test.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

function start(...flags: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] });
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout !== null);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(line) as { event: string; url: string };
  assert.equal(ready.event, 'listening');
  return ready.url;
}

test('it says where it listens, answers by its flags, and stops on SIGTERM', async () => {
  const child = start('--port', '0', '--chunks', '2');
  const url = await listeningUrl(child);
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  assert.partialDeepStrictEqual(await response.json(), { usage: { completion_tokens: 2 } });
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
});

test('with --exit-with-parent it goes when its standard input closes', async () => {
  const child = start('--exit-with-parent');
  await listeningUrl(child);
  const exit = once(child, 'exit');
  child.stdin?.destroy();
  assert.deepEqual(await exit, [0, null]);
});

test('a wrong flag is explained and it does not start', async () => {
  const child = start('--failure-rate', '7');
  let said = '';
  child.stderr?.on('data', (part: Buffer) => {
    said += part.toString();
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(said, /failureRate has to be a number from 0 to 1/);
});
