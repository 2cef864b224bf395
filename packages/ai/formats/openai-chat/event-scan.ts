import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { isDone } from '../../sse/is-done.ts';
import { readSseEvent } from '../../sse/read-sse-event.ts';
import { failureIn, type OpenAiShape, usageIn } from './answer-shape.ts';
import { readOpenAiError, saysBadStatus } from './errors.ts';
import { type Finder, finder, type KeyFinder, valueFinder } from './key-finder.ts';

/** The meaning of one event of a stream to the gateway. */
export type Scanned =
  /** `foreign`: no chunk and no error; the client is not told of it. `text`: a usual chunk, which was not parsed. */
  | { readonly kind: 'comment' | 'foreign' | 'done' | 'invalid' | 'text' }
  | { readonly kind: 'failed'; readonly failure: ProviderError }
  | ScannedChunk;

export interface ScannedChunk {
  readonly kind: 'chunk';
  readonly chunk: JsonObject;
  readonly usage: JsonObject | null;
  readonly hasChoices: boolean;
  /** Whether it has anything to show beside its usage and its reasons to finish. */
  readonly hasContent: boolean;
  /** Whether it may be the last but `[DONE]`: a choice has its reason to finish, or there is only usage. */
  readonly isEnd: boolean;
}

const comment: Scanned = { kind: 'comment' };
const foreign: Scanned = { kind: 'foreign' };
const done: Scanned = { kind: 'done' };
const invalid: Scanned = { kind: 'invalid' };
const text: Scanned = { kind: 'text' };

const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
const SPACE = 0x20;
const DATA = 'data:';

/** Bytes that begin with an event, prepared for scanning. */
export interface ScanPiece {
  readonly bytes: Buffer;
  /** The bytes as latin1, so that an index in the text is an index in the bytes. */
  readonly text: string;
  /** Keys whose presence makes a chunk unusual, and the one that makes it a chunk. Made when they are first needed. */
  readonly keys: () => PieceKeys;
  /** The index of the first text of a part; -1: there is none. */
  readonly findText: Finder;
}

interface PieceKeys {
  readonly unusual: readonly KeyFinder[];
  readonly hasChoices: KeyFinder;
}

const unusualKeys = ['"usage"', '"error"', '"finish_reason"', '"base_resp"'];

export function scanPiece(bytes: Buffer, shape: OpenAiShape): ScanPiece {
  const latin1 = bytes.toString('latin1');
  let keys: PieceKeys | null = null;
  return {
    bytes,
    text: latin1,
    keys() {
      keys ??= {
        unusual: unusualKeys.map((key) => valueFinder(latin1, key)),
        hasChoices: valueFinder(latin1, '"choices"'),
      };
      return keys;
    },
    findText: finder(latin1, shape.textKey),
  };
}

/**
 * Scans the event at `[start, end)`. The usual event, one line of data that looks like a chunk and has no usage, error or
 * reason to finish, is not parsed unless `mustParse`.
 */
export function scanEvent(
  piece: ScanPiece,
  { start, end, isOneLine }: { readonly start: number; readonly end: number; readonly isOneLine: boolean },
  shape: OpenAiShape,
  mustParse: boolean,
): Scanned {
  const { bytes, text: latin1 } = piece;
  if (!isOneLine || !latin1.startsWith(DATA, start)) return scanFields(bytes.subarray(start, end), shape);
  const from = latin1.charCodeAt(start + DATA.length) === SPACE ? start + DATA.length + 1 : start + DATA.length;
  let to = end;
  while (to > from && latin1.charCodeAt(to - 1) <= SPACE) to -= 1;
  if (latin1.charCodeAt(from) !== LEFT_BRACE || latin1.charCodeAt(to - 1) !== RIGHT_BRACE) {
    return scanFields(bytes.subarray(start, end), shape);
  }
  if (!mustParse && isUsual(piece.keys(), from, to)) return text;
  return scanData('', bytes.toString('utf8', from, to), shape);
}

function isUsual({ unusual, hasChoices }: PieceKeys, from: number, to: number): boolean {
  return hasChoices(from, to) && !unusual.some((has) => has(from, to));
}

/** An event in several lines, or one that is no object. */
function scanFields(bytes: Buffer, shape: OpenAiShape): Scanned {
  const event = readSseEvent(bytes);
  return event === null ? comment : scanData(event.name, event.data, shape);
}

function scanData(name: string, data: string, shape: OpenAiShape): Scanned {
  if (isDone(data)) return done;
  const chunk = parseObject(data);
  // What begins like a chunk and cannot be read was one: the answer has a hole there.
  if (chunk === null) return /^\s*\{/.test(data) ? invalid : foreign;
  const failed = failureIn(chunk) ?? (name === 'error' || saysBadStatus(chunk['base_resp']) ? chunk : null);
  if (failed !== null) return { kind: 'failed', failure: readOpenAiError(0, failed) };
  const usage = usageIn(chunk);
  if (!Array.isArray(chunk['choices']) && usage === null) return foreign;
  return chunkOf(chunk, usage, shape);
}

function chunkOf(chunk: JsonObject, usage: JsonObject | null, shape: OpenAiShape): ScannedChunk {
  let hasContent = false;
  let isFinished = false;
  const choices = asArray(chunk['choices']);
  for (const value of choices) {
    const choice = asObject(value);
    if (choice === null) continue;
    hasContent ||= shape.hasContent(choice);
    isFinished ||= isFinish(choice['finish_reason']);
  }
  const hasChoices = choices.length > 0;
  return { kind: 'chunk', chunk, usage, hasChoices, hasContent, isEnd: isFinished || (!hasChoices && usage !== null) };
}

/** Whether it is a reason to finish: some write an empty one into every chunk. */
export function isFinish(reason: unknown): boolean {
  return typeof reason === 'string' && reason !== '';
}
