import type { RawJson } from '../json/write-json.ts';

/** A message of a request in a format whose two roles take turns. Neighbours of one role are one. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  /** Results first, in a user's turn. */
  entries: Entry[];
}

/** A block of a turn. Calls and results get the ids that go out when the whole conversation is known. */
export interface Entry {
  readonly block: Readonly<Record<string, unknown>> | RawJson;
  readonly link: 'call' | 'result' | null;
  /** The client's id of the call. */
  readonly callId: string;
  /** The message that it stood in. */
  readonly at: string;
}

/** A block that is no call and no result. */
export function plainEntry(block: Entry['block'], at: string): Entry {
  return { block, link: null, callId: '', at };
}

/** Adds blocks to the last turn where it has their role, else as a new turn. */
export function appendTurn(turns: Turn[], role: Turn['role'], entries: readonly Entry[]): void {
  if (entries.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === role) last.entries.push(...entries);
  else turns.push({ role, entries: [...entries] });
}

/** Results stand before all else of a turn. */
export function resultsFirst(entries: Entry[]): Entry[] {
  const isOrdered = !entries.some(({ link }, at) => link === 'result' && at > 0 && entries[at - 1]?.link !== 'result');
  if (isOrdered) return entries;
  return [...entries.filter(({ link }) => link === 'result'), ...entries.filter(({ link }) => link !== 'result')];
}
