import type { ChatRequest } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import type { AnswerContext, ProviderRules, Reading, Tap, Target } from '../../format.ts';

/** A provider as Google is. */
export const geminiRules: ProviderRules = {
  maxTokensField: 'max_tokens',
  takesStreamOptions: false,
  renamed: {},
  refused: [],
  usage: { isCacheInInput: true, isReasoningInOutput: false },
};

export function testTarget(target: Partial<Target> = {}): Target {
  return {
    model: 'gemini-2.5-flash',
    stream: false,
    outputTokensMax: 1_000,
    rules: geminiRules,
    dropsUnplaced: false,
    ...target,
  };
}

export function testTap(tap: Partial<Tap> = {}): Tap {
  return { stream: false, rules: geminiRules, isUsageHidden: false, tellsCost: false, ...tap };
}

export function testReading(notes: Reading['notes'] = {}): Reading {
  return { rules: geminiRules, notes, model: 'asked-model' };
}

export const testContext: AnswerContext = { model: 'asked-model', requestId: 'r-1', body: {}, nowS: 1_700_000_000 };

export function chatRequest(messages: readonly ChatMessage[], request: Partial<ChatRequest> = {}): ChatRequest {
  return { messages, tools: [], settings: {}, others: new Map(), spelling: {}, ...request };
}

export function userSays(text: string, at = 'messages[0]'): ChatMessage {
  return { role: 'user', content: [{ type: 'text', text }], at };
}

/** A stream as Google sends it: thoughts, words, then why it stopped with the usage; nothing behind. */
export const thoughtfulStream = [
  { candidates: [{ content: { role: 'model', parts: [{ text: 'Hm. ', thought: true }] }, index: 0 }] },
  { candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, index: 0 }] },
  {
    candidates: [
      {
        content: { role: 'model', parts: [{ text: ' there', thoughtSignature: 'c2ln' }] },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 12,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 7,
      totalTokenCount: 24,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 12 }],
    },
  },
].map((document) => ({ ...document, modelVersion: 'gemini-2.5-flash', responseId: 'resp' }));

export function streamBytes(documents: readonly object[], lineEnd = '\r\n'): Buffer {
  return Buffer.from(documents.map((each) => `data: ${JSON.stringify(each)}${lineEnd}${lineEnd}`).join(''));
}
