import { readSseEvent } from '#ai/sse/read-sse-event.ts';
import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';

/** The meaning of one event of a stream to the gateway. */
export type Scanned =
  | { readonly kind: 'comment' | 'done' | 'error' | 'invalid' }
  /** `chunk`: null if there was no need to parse it. */
  | { readonly kind: 'content'; readonly chunk: JsonObject | null }
  | {
      readonly kind: 'usage';
      readonly chunk: JsonObject;
      readonly usage: JsonObject;
      readonly hasChoices: boolean;
      /** Whether it has a reason to finish, or no choices: only the end comes after it. */
      readonly isLast: boolean;
    };

const content: Scanned = { kind: 'content', chunk: null };
const comment: Scanned = { kind: 'comment' };
const done: Scanned = { kind: 'done' };
const error: Scanned = { kind: 'error' };
const invalid: Scanned = { kind: 'invalid' };

const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
const DATA = 'data:';
const DONE = '[DONE]';

/** Bytes that begin with an event, prepared for scanning. */
export interface ScanPiece {
  readonly bytes: Buffer;
  /** The bytes as latin1, so that an index in the text is an index in the bytes. */
  readonly text: string;
  readonly hasUsage: KeyFinder;
  readonly hasError: KeyFinder;
  /** The index of the first delta of a part; -1: there is none. */
  readonly findDelta: Finder;
}

/** Whether a part of the text has a key with a value other than null. Ask for parts from left to right. */
type KeyFinder = (from: number, to: number) => boolean;
type Finder = (from: number, to: number) => number;

export function scanPiece(bytes: Buffer): ScanPiece {
  const text = bytes.toString('latin1');
  return {
    bytes,
    text,
    hasUsage: keyFinder(text, '"usage"'),
    hasError: keyFinder(text, '"error"'),
    findDelta: finder(text, '"delta"'),
  };
}

/**
 * Scans the event at `[start, end)`. The usual event, one line of data that looks like an object and names neither
 * usage nor error, is not parsed unless `isFirst`.
 */
export function scanEvent(piece: ScanPiece, start: number, end: number, isOneLine: boolean, isFirst: boolean): Scanned {
  const { bytes, text } = piece;
  if (!isOneLine || !text.startsWith(DATA, start)) return scanFields(bytes.subarray(start, end));
  const from = text.charCodeAt(start + DATA.length) === 0x20 ? start + DATA.length + 1 : start + DATA.length;
  if (text.startsWith(DONE, from)) return done;
  let to = end;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to -= 1;
  // It is not whole or no object, so no client could parse it either.
  if (text.charCodeAt(from) !== LEFT_BRACE || text.charCodeAt(to - 1) !== RIGHT_BRACE) return invalid;
  if (!isFirst && !piece.hasUsage(from, to) && !piece.hasError(from, to)) return content;
  return scanData(parseObject(bytes.toString('utf8', from, to)));
}

/** Remembers where the key stands next, so that a key that a piece lacks is searched for once, not once an event. */
function finder(text: string, key: string): Finder {
  let at = -2;
  return (from, to) => {
    if (at !== -1 && at < from) at = text.indexOf(key, from);
    return at < to ? at : -1;
  };
}

function keyFinder(text: string, key: string): KeyFinder {
  const find = finder(text, key);
  return (from, to) => {
    for (let at = find(from, to); at !== -1; at = find(at + 1, to)) {
      if (isValueAt(text, at + key.length)) return true;
    }
    return false;
  };
}

/** Whether a colon and then anything but null follows: providers write `"usage":null` in every chunk. */
function isValueAt(text: string, afterKey: number): boolean {
  let next = afterKey;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  // As a value, or as the end of a longer text, it has no colon after it.
  if (text[next] !== ':') return false;
  next += 1;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  return !text.startsWith('null', next);
}

/** An event with more than one line: comments, names, ids, data in several lines. */
function scanFields(event: Buffer): Scanned {
  const data = readSseEvent(event)?.data;
  if (data === undefined) return comment;
  return data.startsWith(DONE) ? done : scanData(parseObject(data));
}

function scanData(event: JsonObject | null): Scanned {
  if (!event) return invalid;
  if (event['error'] !== undefined && event['error'] !== null) return error;
  if (!Array.isArray(event['choices'])) return invalid;
  const usage = asObject(event['usage']);
  if (!usage) return { kind: 'content', chunk: event };
  const choices = asArray(event['choices']);
  const isFinished = choices.some((choice) => typeof asObject(choice)?.['finish_reason'] === 'string');
  const isLast = choices.length === 0 || isFinished;
  return { kind: 'usage', chunk: event, usage, hasChoices: choices.length > 0, isLast };
}
