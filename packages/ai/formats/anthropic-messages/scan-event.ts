import { asObject, type JsonObject } from '#kernel/json.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { readSseEvent } from '../../sse/read-sse-event.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import { isFailed } from './failure.ts';

/** What an event of a stream means to the gateway. */
export interface ScannedEvent {
  /** `nothing`: it is left out. `other`: an end of a block, or a kind that is not known. */
  readonly kind: 'nothing' | 'comment' | 'error' | 'start' | 'content' | 'delta' | 'stop' | 'other';
  readonly event: JsonObject;
  /** The event as a client can read it. */
  readonly bytes: Buffer;
}

const noEvent: JsonObject = {};

const kinds: ReadonlyMap<unknown, ScannedEvent['kind']> = new Map([
  ['message_start', 'start'],
  ['content_block_delta', 'content'],
  ['message_delta', 'delta'],
  ['message_stop', 'stop'],
  ['ping', 'comment'],
]);

export function scanEvent(bytes: Buffer): ScannedEvent {
  const read = readSseEvent(bytes);
  if (read === null) return { kind: 'comment', event: noEvent, bytes };
  const parsed = parseObjectKeptDigits(read.data);
  if (parsed === null) {
    if (read.name !== 'error') return { kind: 'nothing', event: noEvent, bytes };
    return { kind: 'error', event: { type: 'error', message: read.data }, bytes };
  }
  const event = typeof parsed['type'] === 'string' ? parsed : { ...parsed, type: read.name };
  if (isFailed(event)) return { kind: 'error', event, bytes };
  const type = String(event['type']);
  // The SDKs go by the event's name and pass over what has none.
  const named = read.name === '' && type !== '' ? Buffer.from(sseEventOf(oneLine(read.data), type)) : bytes;
  return { kind: kindOf(type, event), event, bytes: named };
}

/** A block that begins with content: a tool's call, or anything but an empty text. */
function kindOf(type: string, event: JsonObject): ScannedEvent['kind'] {
  if (type !== 'content_block_start') return kinds.get(type) ?? 'other';
  const { type: block, text, thinking } = asObject(event['content_block']) ?? {};
  if (block === 'text') return text === '' || text === undefined ? 'other' : 'content';
  if (block === 'thinking') return thinking === '' || thinking === undefined ? 'other' : 'content';
  return 'content';
}

/** JSON has line breaks between its tokens only. */
function oneLine(json: string): string {
  return json.replaceAll('\n', ' ');
}
