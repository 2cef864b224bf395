import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { installWithBytes, STREAM_HEAD } from './support/byte-installation.ts';
import { writeBytes } from './support/byte-provider.ts';
import { completionRequest, rawClient } from './support/raw-client.ts';

const installed = await installWithBytes();
const { provider, installation } = installed;
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installed[Symbol.asyncDispose]();
});

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (fields: object) => event({ id: 'c', choices: [{ index: 0, delta: fields, finish_reason: null }] });

/** What a stream of these events costs that breaks off at its end. */
async function chargeOfCut(model: string, events: string): Promise<bigint> {
  provider.answer = async (socket) => {
    await writeBytes(socket, STREAM_HEAD + events);
    socket.end();
  };
  const { apiKey, balance, userId } = await installation.customer();
  using client = await rawClient(installation.gateway().url);
  const body = { model, stream: true, max_tokens: 4_000, messages: [{ role: 'user', content: 'Hi' }] };
  client.socket.write(completionRequest(apiKey, body));
  await client.receives(/upstream_cut/);
  await installation.settled();
  const [charge] = (await log.events('ChargePosted')).filter(({ data }) => data.userId === userId);
  assert.ok(charge?.data.estimated && BigInt(charge.data.amountNanoUsd) <= BigInt(charge.data.holdNanoUsd));
  return (await balance()).charged;
}

/** Each a kilobyte or so of what a provider may write without having generated a word. */
const padding: Readonly<Record<string, string>> = {
  comments: ': still here\n\n'.repeat(80),
  'lines of comments in one event': `${': still here\n'.repeat(80)}\n`,
  'chunks that name the role': delta({ role: 'assistant', content: '' }).repeat(10),
  'empty deltas': delta({}).repeat(12),
  'chunks without choices': event({ id: 'c', choices: [], prompt_filter_results: ['a'.repeat(900)] }),
  'names, ids and times to retry': 'event: ping\nid: 1\nretry: 10\n\n'.repeat(30),
  'odds of tokens': event({
    choices: [
      {
        delta: {},
        logprobs: { content: Array(9).fill({ token: 'Hello', logprob: -1, bytes: [72, 101], top_logprobs: [] }) },
      },
    ],
  }),
  'the message so far beside its delta': event({
    choices: [{ delta: { content: '' }, message: { role: 'assistant', content: 'Hello there. '.repeat(70) } }],
  }),
  'what it has quoted': delta({ annotations: [{ url_citation: { content: 'A page that was found. '.repeat(40) } }] }),
};

test('nothing but generated text counts in an estimate, wherever and however much else there is', async () => {
  const text = delta({ content: 'Hello there, how are you?' });
  const bare = await chargeOfCut('gpt-4o', text);
  assert.ok(bare > 0n);
  for (const [what, bytes] of Object.entries(padding)) {
    // More than any sample of bytes would hold, before the text and after it.
    const much = bytes.repeat(200);
    assert.equal(await chargeOfCut('gpt-4o', text + much), bare, `${what}, behind the text`);
    assert.equal(
      await chargeOfCut('gpt-4o', delta({ content: 'Hello' }) + much + delta({ content: ' there, how are you?' })),
      bare,
      what,
    );
  }
});

test('so it is for Anthropic: pings, names and unknown events cost nothing', async () => {
  const named = (type: string, fields: object = {}) => `event: ${type}\n${event({ type, ...fields })}`;
  const start = named('message_start', {
    message: { id: 'm', model: 'claude-sonnet-4-5', usage: { input_tokens: 9, output_tokens: 1 } },
  });
  const block = named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  const text = named('content_block_delta', {
    index: 0,
    delta: { type: 'text_delta', text: 'Hello there, how are you?' },
  });
  const bare = await chargeOfCut('claude-sonnet-4-5', start + block + text);
  const signature = { index: 0, delta: { type: 'signature_delta', signature: 'A'.repeat(500) } };
  for (const more of [
    named('ping'),
    ': still here\n\n',
    named('something_new', { text: 'Hello there. '.repeat(50) }),
    named('content_block_delta', signature),
  ]) {
    assert.equal(await chargeOfCut('claude-sonnet-4-5', start + block + text + more.repeat(1_000)), bare, more);
  }
});

test('a text longer than what is kept of it is estimated in proportion, and never above the hold', async () => {
  const words = 'one two three four five six seven eight nine ten '.repeat(20);
  const short = await chargeOfCut('gpt-4o', delta({ content: words }).repeat(5));
  const long = await chargeOfCut('gpt-4o', delta({ content: words }).repeat(15));
  assert.ok(long > short * 2n && long < short * 4n, `${short} ${long}`);
  const flood = await chargeOfCut('gpt-4o', delta({ content: words }).repeat(2_000));
  assert.equal(flood, await chargeOfCut('gpt-4o', delta({ content: words }).repeat(4_000)));
});
