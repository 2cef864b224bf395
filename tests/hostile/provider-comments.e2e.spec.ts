import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { installWithBytes, STREAM_HEAD } from './support/byte-installation.ts';
import { writeBytes } from './support/byte-provider.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

const installed = await installWithBytes();
const { provider, installation } = installed;
afterAll(() => installed[Symbol.asyncDispose]());

const CHUNK = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';

/** What a stream costs that breaks off after one chunk and some comments. */
async function chargeOfCut(comments: number): Promise<bigint> {
  provider.answer = async (socket) => {
    await writeBytes(socket, STREAM_HEAD + CHUNK + ': still here\n\n'.repeat(comments));
    // Ends without [DONE]: the answer was cut.
    socket.end();
  };
  const { apiKey, balance } = await installation.customer();
  using client = await rawClient(installation.gateway().url);
  const body = { model: 'gpt-4o', stream: true, max_tokens: 4_000, messages: [{ role: 'user', content: 'Hi' }] };
  client.socket.write(completionRequest(apiKey, body));
  await client.receives(/upstream_cut/);
  await installation.settled();
  return (await balance()).charged;
}

test('comments of a stream cost nothing: a cut stream is estimated from its chunks alone', async () => {
  const bare = await chargeOfCut(0);
  assert.ok(bare > 0n);
  assert.equal(await chargeOfCut(50), bare);
});
