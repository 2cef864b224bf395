import type { ChatRequest } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import type { ProviderRules, Reading, Target } from '../../format.ts';

/** A provider as Amazon is. */
export const bedrockRules: ProviderRules = {
  maxTokensField: 'max_tokens',
  takesStreamOptions: false,
  renamed: {},
  refused: [],
  usage: { isCacheInInput: false, isReasoningInOutput: true },
};

/** A Claude that thinks by a budget, keeps to schemas and takes sampling. */
export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';

export function testTarget(target: Partial<Target> = {}): Target {
  return {
    model: CLAUDE,
    stream: false,
    outputTokensMax: 10_000,
    rules: bedrockRules,
    dropsUnplaced: false,
    ...target,
  };
}

export function testReading(notes: Reading['notes'] = {}): Reading {
  return { rules: bedrockRules, notes, model: 'asked-model' };
}

export function chatRequest(messages: readonly ChatMessage[], request: Partial<ChatRequest> = {}): ChatRequest {
  return { messages, tools: [], settings: {}, others: new Map(), spelling: {}, ...request };
}

export function userSays(text: string, at = 'messages[0]'): ChatMessage {
  return { role: 'user', content: [{ type: 'text', text }], at };
}

/** An event of a stream, by its name. */
export type NamedEvent = readonly [name: string, data: object];

/** A stream as Amazon sends it: thoughts, words and a call, the reason to stop, and behind it the usage. */
export const thoughtfulStream: readonly NamedEvent[] = [
  ['messageStart', { role: 'assistant', p: 'abc' }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'Hm. ' } } }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'c2ln' } } }],
  ['contentBlockStop', { contentBlockIndex: 0 }],
  ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Let me ' } }],
  ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'look – ä.' } }],
  ['contentBlockStop', { contentBlockIndex: 1 }],
  ['contentBlockStart', { contentBlockIndex: 2, start: { toolUse: { toolUseId: 'tooluse_1', name: 'weather' } } }],
  ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"city":' } } }],
  ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '"Oslo"}' } } }],
  ['contentBlockStop', { contentBlockIndex: 2 }],
  ['messageStop', { stopReason: 'tool_use' }],
  [
    'metadata',
    {
      usage: {
        inputTokens: 30,
        outputTokens: 20,
        totalTokens: 1_250,
        cacheReadInputTokens: 1_000,
        cacheWriteInputTokens: 200,
        cacheDetails: [
          { ttl: '1h', inputTokens: 50 },
          { ttl: '5m', inputTokens: 150 },
        ],
      },
      metrics: { latencyMs: 1_200 },
      serviceTier: { type: 'flex' },
    },
  ],
];
