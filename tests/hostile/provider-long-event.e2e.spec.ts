import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, test } from '#testkit/test.ts';
import { installWithBytes, STREAM_HEAD } from './support/byte-installation.ts';
import { writeBytes } from './support/byte-provider.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

const installed = await installWithBytes();
const { provider, installation } = installed;
afterAll(() => installed[Symbol.asyncDispose]());

const MB = 1024 * 1024;
const CHUNK = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';
const MESSAGE_START =
  'data: {"type":"message_start","message":{"id":"m","model":"m","usage":{"input_tokens":9,"output_tokens":1}}}\n\n' +
  'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n';
/** The kernel counts CPU in hundredths of a second on every Linux. */
const TICK_MS = 10;
/** Short writes, each on its way before the next, so that the gateway reads an event in many thousand pieces. */
const PIECE_BYTES = 2_048;

/** CPU in ms so far, and the most memory so far in MB. */
async function used(): Promise<{ cpuMs: number; peakMb: number }> {
  const { pid } = installation.gateway();
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    peakMb: Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024,
  };
}

/** Streams an answer's beginning and then an event of so many bytes without its blank line, in small pieces. */
async function askForLongEvent(
  model: string,
  beginning: string,
  line: string,
  bytes: number,
  isPaced = true,
): Promise<void> {
  provider.answer = async (socket: Socket) => {
    socket.setNoDelay(true);
    await writeBytes(socket, STREAM_HEAD + beginning);
    const piece = line.repeat(Math.ceil(PIECE_BYTES / line.length));
    for (let sent = 0; sent < bytes && !socket.destroyed; sent += piece.length) {
      await writeBytes(socket, piece);
      if (isPaced) await setImmediate();
    }
    socket.end();
  };
  const { apiKey } = await installation.customer();
  using client = await rawClient(installation.gateway().url);
  client.socket.write(
    completionRequest(apiKey, { model, stream: true, max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] }),
  );
  await client.receives(/upstream_(cut|invalid_response)/, 60_000);
}

const lines = ['data: x\n', 'data:\n', ': a comment\n', 'data: x\r\n', 'id: 1\n'];
const models = [
  ['gpt-4o', CHUNK],
  ['claude-sonnet-4-5', MESSAGE_START],
] as const;

for (const [model, beginning] of models) {
  test(`${model}: an event of a million lines costs CPU and memory in proportion to its bytes`, async () => {
    await askForLongEvent(model, beginning, 'data: x\n', MB / 4);
    const before = await used();
    for (const line of lines) await askForLongEvent(model, beginning, line, 7 * MB);
    const after = await used();
    // 35 MB in all take half a second; each piece scanned again with all before it, they took nine.
    assert.ok(after.cpuMs - before.cpuMs < 4_000, `${after.cpuMs - before.cpuMs} ms of CPU`);
    assert.ok(after.peakMb - before.peakMb < 250, `${after.peakMb - before.peakMb} MB`);
  });

  test(`${model}: an event without end is given up at its bound`, async () => {
    const before = await used();
    await askForLongEvent(model, beginning, 'data: x\n', 300 * MB, false);
    const after = await used();
    assert.ok(after.peakMb - before.peakMb < 250, `${after.peakMb - before.peakMb} MB`);
  });
}
