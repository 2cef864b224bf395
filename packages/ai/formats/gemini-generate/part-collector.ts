import { randomUUID } from 'node:crypto';
import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import type { Reading } from '../../format.ts';
import { createToolInputUnwrapper } from '../../translate/unwrap-tool-input.ts';
import { finishReasonOf } from './finish.ts';
import { FORMAT } from './format-name.ts';

/** No model gives more answers at once (candidateCount goes to 8). What is beyond is passed over. */
const CHOICES_MAX = 128;

/** What a candidate says beside its content: where its text comes from. */
const sources = ['groundingMetadata', 'citationMetadata'] as const;

/** Reads candidates into parts, whole ones and those of a stream alike: each event has the next parts of each. */
export interface PartCollector {
  start(document: JsonObject): void;
  candidate(candidate: JsonObject, at: number): void;
  /** The prompt was blocked: there is an answer without anything in it. */
  blocked(): void;
  /** Whether each candidate that has begun has said why it stopped. */
  readonly isFinished: () => boolean;
  take(): readonly AnswerPart[];
}

interface Choice {
  calls: number;
  isFinished: boolean;
}

interface Collection {
  readonly reading: Reading;
  readonly choices: Map<number, Choice>;
  parts: AnswerPart[];
  responseId: string;
}

export function createPartCollector(reading: Reading): PartCollector {
  const collection: Collection = { reading, choices: new Map(), parts: [], responseId: '' };
  const { choices } = collection;
  return {
    start(document) {
      if (collection.responseId === '') start(collection, document);
    },
    candidate(candidate, at) {
      const { index = at } = candidate;
      const choice = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : at;
      if (choice < CHOICES_MAX) readCandidate(collection, candidate, choice);
    },
    blocked() {
      if (choices.size > 0) return;
      choiceOf(collection, 0).isFinished = true;
      collection.parts.push({ type: 'finish', choice: 0, reason: 'refused' });
    },
    isFinished: () => choices.size > 0 && [...choices.values()].every(({ isFinished }) => isFinished),
    take() {
      const { parts } = collection;
      collection.parts = [];
      return parts;
    },
  };
}

function start(collection: Collection, { responseId: id, modelVersion, createTime }: JsonObject): void {
  collection.responseId = typeof id === 'string' && id !== '' ? id : randomUUID();
  const model = typeof modelVersion === 'string' && modelVersion !== '' ? modelVersion : collection.reading.model;
  const createdMs = typeof createTime === 'string' ? Date.parse(createTime) : Number.NaN;
  const createdAtS = Math.floor((Number.isNaN(createdMs) ? Date.now() : createdMs) / 1_000);
  collection.parts.push({ type: 'start', id: collection.responseId, model, createdAtS });
}

function choiceOf({ choices }: Collection, choice: number): Choice {
  const known = choices.get(choice);
  if (known !== undefined) return known;
  const begun: Choice = { calls: 0, isFinished: false };
  choices.set(choice, begun);
  return begun;
}

function readCandidate(collection: Collection, candidate: JsonObject, choice: number): void {
  const state = choiceOf(collection, choice);
  for (const value of asArray(asObject(candidate['content'])?.['parts'])) {
    const part = asObject(value);
    if (part) readPart(collection, part, choice);
  }
  for (const source of sources) {
    if (asObject(candidate[source])) addForeign(collection, choice, source, candidate[source]);
  }
  const { finishReason } = candidate;
  if (typeof finishReason !== 'string' || finishReason === '' || state.isFinished) return;
  state.isFinished = true;
  collection.parts.push({ type: 'finish', choice, reason: finishReasonOf(finishReason, state.calls > 0) });
}

/** The signature belongs to the part that it stands on: it comes before a call, and behind what was said. */
function readPart(collection: Collection, part: JsonObject, choice: number): void {
  const called = asObject(part['functionCall']);
  if (called) {
    addSignature(collection, part, choice);
    addCall(collection, called, choice);
    return;
  }
  const { text } = part;
  if (typeof text !== 'string') {
    const what = Object.keys(part).find((name) => asObject(part[name]) !== null);
    if (what !== undefined) addForeign(collection, choice, what, part);
  } else if (text !== '') {
    collection.parts.push({ type: part['thought'] === true ? 'reasoning-delta' : 'text-delta', choice, text });
  }
  addSignature(collection, part, choice);
}

function addSignature({ parts }: Collection, part: JsonObject, choice: number): void {
  const value = part['thoughtSignature'];
  if (typeof value !== 'string' || value === '') return;
  parts.push({ type: 'reasoning-proof', choice, format: FORMAT, kind: 'signature', value });
}

/** A call comes in one piece. Where it has no id, one is made that no other answer has. */
function addCall(collection: Collection, given: JsonObject, choice: number): void {
  const { parts, reading, responseId } = collection;
  const state = choiceOf(collection, choice);
  const index = state.calls;
  state.calls += 1;
  const sent = typeof given['name'] === 'string' ? given['name'] : '';
  const name = reading.notes.toolNames?.get(sent) ?? sent;
  const hasId = typeof given['id'] === 'string' && given['id'] !== '';
  const id = hasId ? String(given['id']) : `call_${responseId}_${choice}_${index}`;
  const isWrapped = reading.notes.wrappedTools?.has(name) === true;
  const json = JSON.stringify(given['args'] ?? {});
  const input = isWrapped ? unwrapped(json) : json;
  parts.push({ type: 'tool-call-start', choice, index, id, name, kind: isWrapped ? 'custom' : 'function' });
  if (input !== '') parts.push({ type: 'tool-call-delta', choice, index, input });
  parts.push({ type: 'tool-call-end', choice, index });
}

function unwrapped(json: string): string {
  const unwrapper = createToolInputUnwrapper();
  return unwrapper.push(json) + unwrapper.end();
}

function addForeign({ parts }: Collection, choice: number, what: string, value: unknown): void {
  parts.push({
    type: 'foreign',
    choice,
    value: { type: 'foreign', format: FORMAT, what, json: JSON.stringify(value) },
  });
}
