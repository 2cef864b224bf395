import { readFileSync } from 'node:fs';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext, AnswerReader, ProviderRules, Tap, Target } from '../../format.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { openResponsesReader } from './answer-reader.ts';
import { openResponsesTap } from './tap.ts';

export const rules: ProviderRules = {
  maxTokensField: 'max_output_tokens',
  takesStreamOptions: false,
  renamed: {},
  refused: [],
  usage: { isCacheInInput: true, isReasoningInOutput: true },
};

export const target: Target = {
  model: 'gpt-5.6',
  stream: false,
  outputTokensMax: 1_000,
  rules,
  dropsUnplaced: false,
};

export const context: AnswerContext = {
  model: 'gpt-5.6',
  requestId: '019a2b3c-0000-7000-8000-00000000000a',
  body: { model: 'gpt-5.6', input: 'Hi' },
  nowS: 1_764_300_000,
};

/** Recorded-like bytes of a provider. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url));
}

/** Reads a stream whose bytes come in pieces. */
export function readStream(bytes: Buffer, pieceBytes = Number.POSITIVE_INFINITY): AnswerReader {
  const reader = openResponsesReader({ rules, notes: {}, model: 'asked' });
  const events = createSseReader();
  for (const piece of piecesOf(bytes, pieceBytes)) for (const event of events.push(piece)) reader.readEvent(event);
  const last = events.end();
  if (last !== null) reader.readEvent(last);
  return reader;
}

/** Passes bytes through a tap in pieces. */
export function tapped(bytes: Buffer, options: Partial<Tap> = {}, pieceBytes = Number.POSITIVE_INFINITY) {
  const tap = openResponsesTap({ stream: true, rules, isUsageHidden: false, tellsCost: false, ...options });
  const passed: Buffer[] = [];
  for (const piece of piecesOf(bytes, pieceBytes)) {
    const out = tap.push(piece);
    if (out) passed.push(out);
  }
  tap.end();
  return { tap, passed: Buffer.concat(passed).toString() };
}

export function piecesOf(bytes: Buffer, pieceBytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    pieces.push(bytes.subarray(at, Math.min(bytes.length, at + pieceBytes)));
  return pieces;
}

/** Parts with the pieces of one text put together, so that streams that are cut in other places compare. */
export function joined(parts: readonly AnswerPart[]): AnswerPart[] {
  const all: AnswerPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    const both = last === undefined ? null : joinedPair(last, part);
    if (both === null) all.push(part);
    else all[all.length - 1] = both;
  }
  return all;
}

function joinedPair(last: AnswerPart, next: AnswerPart): AnswerPart | null {
  if (last.type === 'text-delta' && next.type === 'text-delta') return { ...last, text: last.text + next.text };
  if (last.type === 'refusal-delta' && next.type === 'refusal-delta') return { ...last, text: last.text + next.text };
  if (last.type === 'reasoning-delta' && next.type === 'reasoning-delta' && last.summaryIndex === next.summaryIndex) {
    return { ...last, text: last.text + next.text };
  }
  if (last.type === 'tool-call-delta' && next.type === 'tool-call-delta' && last.index === next.index) {
    return { ...last, input: last.input + next.input };
  }
  return null;
}
