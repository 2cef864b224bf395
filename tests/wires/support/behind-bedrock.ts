import { awsEvent } from '#ai/framing/testing.ts';
import { type Behind, messages, type Said } from './behind.ts';
import type { Answer } from './replayed-provider.ts';

const INPUT = '{"id":7}';
const usage = { inputTokens: 100, outputTokens: 50, totalTokens: 150 };
const framed = { 'content-type': 'application/vnd.amazon.eventstream' };
const errorHeaders = { 'x-amzn-errortype': 'ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/' };
const refusal = { headers: errorHeaders, body: JSON.stringify({ message: 'No such frob.' }) };

function converseEvents(said: Said): readonly Buffer[] {
  const toolUse = { toolUseId: 'tooluse_1', name: 'f' };
  const start = said === 'tool' ? [awsEvent('contentBlockStart', { contentBlockIndex: 0, start: { toolUse } })] : [];
  const deltas =
    said === 'text'
      ? ['Hel', 'lo'].map((text) => ({ text }))
      : [INPUT.slice(0, 4), INPUT.slice(4)].map((input) => ({ toolUse: { input } }));
  return [
    awsEvent('messageStart', { role: 'assistant' }),
    ...start,
    ...deltas.map((delta) => awsEvent('contentBlockDelta', { contentBlockIndex: 0, delta })),
    awsEvent('contentBlockStop', { contentBlockIndex: 0 }),
    awsEvent('messageStop', { stopReason: said === 'text' ? 'end_turn' : 'tool_use' }),
    awsEvent('metadata', { usage, metrics: { latencyMs: 1 } }),
  ];
}

/** Bedrock's Converse, whose usage comes behind the end of the message. */
const converse: Behind = {
  format: 'bedrock-converse',
  kind: 'openai',
  provider: { preset: 'bedrock' },
  path: (model, stream) => `/v1/model/${model}/${stream ? 'converse-stream' : 'converse'}`,
  refusal,
  answer: (said) => (request) => {
    if (request.path.endsWith('-stream')) return { headers: framed, body: converseEvents(said) };
    const block =
      said === 'text' ? { text: 'Hello' } : { toolUse: { toolUseId: 'tooluse_1', name: 'f', input: { id: 7 } } };
    const output = { message: { role: 'assistant', content: [block] } };
    const stopReason = said === 'text' ? 'end_turn' : 'tool_use';
    return { body: JSON.stringify({ output, stopReason, usage, metrics: { latencyMs: 1 } }) };
  },
};

/** Anthropic's events, each within a message of AWS' framing. */
function chunksOf(answer: Answer): Answer {
  return (request, call) => {
    const stream = request.path.endsWith('-stream');
    const { body } = answer({ ...request, body: { ...request.body, stream } }, call);
    if (typeof body === 'string' || Buffer.isBuffer(body)) return { body };
    const chunks = body.map((event) => {
      const data = String(event)
        .slice(String(event).indexOf('\ndata: ') + '\ndata: '.length)
        .trimEnd();
      return awsEvent('chunk', { bytes: Buffer.from(data).toString('base64'), p: 'abc' });
    });
    return { headers: framed, body: chunks };
  };
}

/** Claude at Bedrock's InvokeModel. */
const invoke: Behind = {
  ...messages,
  provider: { preset: 'bedrock-anthropic' },
  path: (model, stream) => `/v1/model/${model}/${stream ? 'invoke-with-response-stream' : 'invoke'}`,
  refusal,
  answer: (said) => chunksOf(messages.answer(said)),
};

/** Providers that frame their streams in Amazon's way. */
export const bedrockBehinds: readonly Behind[] = [converse, invoke];
