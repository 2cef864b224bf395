import { NoPlace } from '../format.ts';
import type { Entry, Turn } from './turn.ts';

/** How a format writes the ids of calls. */
export interface CallIds {
  /** An id in the format's letters. The same always becomes the same, and no two become one. */
  plain(id: string): string;
  /** Puts the id into the block of a call, or of its result. */
  write(entry: Entry, id: string): void;
}

/**
 * Gives each call and its result the id that goes out. Anthropic and Amazon want a result for every call, all of them in the
 * next turn, and no id twice in a conversation; some makers' ids begin anew in each turn. Throws `NoPlace` for a call without a
 * result, and for a result without a call.
 */
export function pairCalls(turns: readonly Turn[], ids: CallIds): void {
  const newId = createIds(ids);
  let open: readonly Entry[] = [];
  for (const { role, entries } of turns) {
    if (role === 'user') {
      answer(open, entries, newId, ids);
      open = [];
    } else {
      refuseOpen(open);
      open = entries.filter(({ link }) => link === 'call');
    }
  }
  refuseOpen(open);
}

/** Of several calls with one id, the first has the first result. */
function answer(
  calls: readonly Entry[],
  entries: readonly Entry[],
  newId: (callId: string) => string,
  ids: CallIds,
): void {
  const results = Map.groupBy(
    entries.filter(({ link }) => link === 'result'),
    ({ callId }) => callId,
  );
  const taken = new Map<string, number>();
  for (const call of calls) {
    const { callId } = call;
    const count = taken.get(callId) ?? 0;
    const result = results.get(callId)?.[count];
    if (!result) refuseOpen([call]);
    else {
      taken.set(callId, count + 1);
      const id = newId(callId);
      ids.write(call, id);
      ids.write(result, id);
    }
  }
  refuseOrphan(entries, taken);
}

/** `taken`: how many results of an id have their call; these come first. */
function refuseOrphan(entries: readonly Entry[], taken: Map<string, number>): void {
  for (const { link, callId, at } of entries) {
    if (link !== 'result') continue;
    const left = taken.get(callId) ?? 0;
    if (left === 0) throw new NoPlace(at, `the result for '${callId}' answers no call of the turn before it`);
    taken.set(callId, left - 1);
  }
}

function refuseOpen([call]: readonly Entry[]): void {
  if (!call) return;
  throw new NoPlace(call.at, `the call '${call.callId}' has no result in the turn behind it`);
}

/** Gives ids that no call has yet: the client's own, with a number where it is taken. */
function createIds({ plain }: CallIds): (callId: string) => string {
  const used = new Set<string>();
  /** The number that was given last: it is not looked for from the start in a conversation of thousands of turns. */
  const numbers = new Map<string, number>();
  return (callId) => {
    let number = numbers.get(callId) ?? 1;
    let id = plain(number === 1 ? callId : `${callId}#${number}`);
    while (used.has(id)) {
      number += 1;
      id = plain(`${callId}#${number}`);
    }
    numbers.set(callId, number);
    used.add(id);
    return id;
  };
}
