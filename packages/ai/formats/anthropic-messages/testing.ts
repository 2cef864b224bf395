import { readFileSync } from 'node:fs';
import type { AnswerDecoder } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import type { AnswerContext, ProviderRules, Reading, Tap, Target } from '../../format.ts';

/** A provider as Anthropic is. */
export const anthropicRules: ProviderRules = {
  maxTokensField: 'max_tokens',
  takesStreamOptions: false,
  renamed: {},
  refused: [],
  usage: { isCacheInInput: false, isReasoningInOutput: true },
  betas: 'all',
};

/** The end of an answer whose usage nobody told. */
export const noEnd: AnswerEnd = { usage: null, serviceTier: '' };

/** A model that takes nearly everything: thinking by a budget, sampling, forced tools, a begun answer. */
export const OLDER_MODEL = 'claude-sonnet-4-20250514';
/** A model that thinks by effort alone, and takes no sampling. */
export const NEWER_MODEL = 'claude-opus-5';

export function testTarget(target: Partial<Target> = {}): Target {
  return {
    model: OLDER_MODEL,
    stream: false,
    outputTokensMax: 10_000,
    rules: anthropicRules,
    dropsUnplaced: false,
    ...target,
  };
}

export function testTap(tap: Partial<Tap> = {}): Tap {
  return { stream: false, rules: anthropicRules, isUsageHidden: false, tellsCost: false, ...tap };
}

export function testReading(notes: Reading['notes'] = {}): Reading {
  return { rules: anthropicRules, notes, model: 'asked-model' };
}

export const testContext: AnswerContext = {
  model: 'asked-model',
  requestId: '0198c2f0-0000-7000-8000-000000000001',
  body: {},
  nowS: 1_700_000_000,
};

export function chatRequest(messages: readonly ChatMessage[], request: Partial<ChatRequest> = {}): ChatRequest {
  return { messages, tools: [], settings: {}, others: new Map(), spelling: {}, ...request };
}

export function userSays(text: string, at = 'messages[0]'): ChatMessage {
  return { role: 'user', content: [{ type: 'text', text }], at };
}

/** Bytes of `fixtures/`. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url));
}

/** What a client has of an answer whose bytes come in pieces of a length; `closing` is added where it is whole. */
export function passedThrough(
  decoder: AnswerDecoder,
  bytes: Buffer,
  pieceBytes: number,
  end: AnswerEnd = noEnd,
): string {
  const passed: Buffer[] = [];
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    const out = decoder.push(bytes.subarray(at, at + pieceBytes));
    if (out) passed.push(out);
  }
  decoder.end();
  if (decoder.status() === 'whole') passed.push(decoder.closing(end));
  return Buffer.concat(passed).toString();
}
