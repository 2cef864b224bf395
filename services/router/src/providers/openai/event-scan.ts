import { asArray, asObject, type JsonObject, parseObject } from '#openai-wire/json-object.ts';
import { readSseFields } from '#openai-wire/sse.ts';

/** What one event of a stream is to the gateway. Only `usage` carries what was parsed. */
export type Scanned =
  | { readonly kind: 'content' | 'comment' | 'done' | 'error' | 'invalid' }
  | {
      readonly kind: 'usage';
      readonly usage: JsonObject;
      readonly hasChoices: boolean;
      /** With a reason to finish, or without choices: nothing but the end comes after it. */
      readonly isLast: boolean;
    };

const content: Scanned = { kind: 'content' };
const comment: Scanned = { kind: 'comment' };
const done: Scanned = { kind: 'done' };
const error: Scanned = { kind: 'error' };
const invalid: Scanned = { kind: 'invalid' };

const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
const DATA = 'data:';
const DONE = '[DONE]';

/**
 * Scans the event at `text[start, end)`. `text` is the bytes as latin1, so that its places are theirs. The usual event,
 * one line of data that looks like an object and names neither usage nor error, is not parsed unless `isFirst`.
 */
export function scanEvent(
  bytes: Buffer,
  text: string,
  start: number,
  end: number,
  isOneLine: boolean,
  isFirst: boolean,
): Scanned {
  if (!isOneLine || !text.startsWith(DATA, start)) return scanFields(bytes.toString('utf8', start, end));
  const from = text.charCodeAt(start + DATA.length) === 0x20 ? start + DATA.length + 1 : start + DATA.length;
  if (text.startsWith(DONE, from)) return done;
  let to = end;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to -= 1;
  // Not whole, not an object: no need to parse it to know that no client could.
  if (text.charCodeAt(from) !== LEFT_BRACE || text.charCodeAt(to - 1) !== RIGHT_BRACE) return invalid;
  if (!isFirst && !hasValue(text, '"usage"', from, to) && !hasValue(text, '"error"', from, to)) return content;
  return scanData(parseObject(bytes.toString('utf8', from, to)));
}

/** Whether the key stands there with a value other than null: providers write `"usage":null` in every chunk. */
function hasValue(text: string, key: string, from: number, to: number): boolean {
  for (let at = text.indexOf(key, from); at !== -1 && at < to; at = text.indexOf(key, at + 1)) {
    let next = at + key.length;
    while (text.charCodeAt(next) <= 0x20) next += 1;
    // As a value, or as the end of a longer text, it has no colon after it.
    if (text[next] !== ':') continue;
    next += 1;
    while (text.charCodeAt(next) <= 0x20) next += 1;
    if (!text.startsWith('null', next)) return true;
  }
  return false;
}

/** An event with more than one line: comments, names, ids, data in several lines. */
function scanFields(event: string): Scanned {
  const { data, isWellFormed } = readSseFields(event);
  if (!isWellFormed) return invalid;
  if (data === null) return comment;
  return data.startsWith(DONE) ? done : scanData(parseObject(data));
}

function scanData(event: JsonObject | null): Scanned {
  if (!event) return invalid;
  if (event['error'] !== undefined && event['error'] !== null) return error;
  if (!Array.isArray(event['choices'])) return invalid;
  const usage = asObject(event['usage']);
  if (!usage) return content;
  const choices = asArray(event['choices']);
  const isFinished = choices.some((choice) => typeof asObject(choice)?.['finish_reason'] === 'string');
  return { kind: 'usage', usage, hasChoices: choices.length > 0, isLast: choices.length === 0 || isFinished };
}
