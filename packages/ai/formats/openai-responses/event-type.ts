/** What an event of a stream means to who passes it on. */
export type EventMeaning =
  /** Nothing of the answer has come: another provider could still give it. */
  | 'begun'
  /** A part of the answer. */
  | 'answer'
  | 'whole'
  | 'failed';

const meanings: ReadonlyMap<string, EventMeaning> = new Map([
  ['response.created', 'begun'],
  ['response.queued', 'begun'],
  ['response.in_progress', 'begun'],
  ['response.completed', 'whole'],
  ['response.incomplete', 'whole'],
  ['response.failed', 'failed'],
  ['response.cancelled', 'failed'],
  ['error', 'failed'],
]);

export function meaningOf(type: string): EventMeaning {
  return meanings.get(type) ?? 'answer';
}

/** The longest type has some fifty letters. */
const TYPE_MAX_CHARACTERS = 128;
/** An event's name, before its data. The line is whole: half a name would be another one. */
const named = /\s*event: ?([^\r\n]*)[\r\n]/y;
/** The type in the data, where the event has no name. It comes first in every known stream. */
const typed = /\s*data: ?\{\s*"type"\s*:\s*"([^"\\]*)"/y;

/** The type of the event at an index of the text; empty: only its data, parsed, can tell. */
export function eventTypeAt(text: string, at: number): string {
  for (const form of [named, typed]) {
    form.lastIndex = at;
    const type = form.exec(text)?.[1]?.trim();
    if (type !== undefined && type !== '' && type.length <= TYPE_MAX_CHARACTERS) return type;
  }
  return '';
}

/** Where the line ends that names the event at an index of the text; that index: its data alone says its type. */
export function nameEndAt(text: string, at: number): number {
  named.lastIndex = at;
  return named.test(text) && named.lastIndex - at <= TYPE_MAX_CHARACTERS ? named.lastIndex : at;
}
