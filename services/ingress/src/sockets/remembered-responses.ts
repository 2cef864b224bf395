import type { BodyBudget } from '../http/body-budget.ts';
import type { ResponseStore, StoredResponse } from '../responses/response-store.ts';
import { REMEMBERED_OF_LANE_MAX } from './socket-bounds.ts';

/** What goes on from a response: the turns that are remembered, and the response before them that was stored; null: none. */
interface Remembered {
  readonly lane: string;
  readonly turns: readonly StoredResponse[];
  readonly before: string | null;
}

/** The last responses of a connection's lanes, stored or not. */
export interface RememberedResponses {
  /** The store of a lane's turns: what the connection remembers comes first. */
  storeOf(lane: string): Pick<ResponseStore, 'keep' | 'conversation' | 'remember'>;
  /** Forgets all of them. */
  forget(): void;
}

/**
 * Remembers the last responses of each lane in memory, for clients that store none and send the new items alone, as Codex does.
 * What has no room, in `bytesMax` or in the budget of all connections, is not remembered: its client sends the conversation again.
 */
export function createRememberedResponses(
  store: Pick<ResponseStore, 'keep' | 'conversation'>,
  { budget, bytesMax }: { readonly budget: BodyBudget; readonly bytesMax: number },
): RememberedResponses {
  const byId = new Map<string, Remembered>();
  /** How many remembered responses have a turn. */
  const uses = new Map<StoredResponse, number>();
  let heldBytes = 0;
  let isOver = false;

  function add(id: string, remembered: Remembered): void {
    byId.set(id, remembered);
    for (const turn of remembered.turns) uses.set(turn, (uses.get(turn) ?? 0) + 1);
  }

  function drop(id: string): void {
    const { turns = [] } = byId.get(id) ?? {};
    byId.delete(id);
    for (const turn of turns) {
      const left = (uses.get(turn) ?? 0) - 1;
      if (left > 0) uses.set(turn, left);
      else if (uses.delete(turn)) release(bytesOf(turn));
    }
  }

  function release(bytes: number): void {
    heldBytes -= bytes;
    budget.release(bytes);
  }

  function remember(lane: string, turn: StoredResponse): void {
    if (isOver) return;
    const previous = turn.previousId === null ? undefined : byId.get(turn.previousId);
    const turns = [...(previous?.turns ?? []), turn];
    const before = previous === undefined ? turn.previousId : previous.before;
    const bytes = bytesOf(turn);
    if (heldBytes + bytes > bytesMax || !budget.reserve(bytes)) return;
    heldBytes += bytes;
    drop(turn.id);
    add(turn.id, { lane, turns, before });
    const ofLane = [...byId].filter(([, each]) => each.lane === lane).map(([id]) => id);
    // The oldest first. What the new response goes on from stays in the new one's turns.
    for (const id of ofLane.slice(0, Math.max(0, ofLane.length - REMEMBERED_OF_LANE_MAX))) drop(id);
  }

  return {
    storeOf: (lane) => ({
      keep: (response, days) => store.keep(response, days),
      remember: (response) => remember(lane, response),
      async conversation(userId, id, bounds) {
        const known = byId.get(id);
        if (known === undefined) return store.conversation(userId, id, bounds);
        const { turns, before } = known;
        const bytes = turns.reduce((sum, turn) => sum + bytesOf(turn), 0);
        if (turns.length > bounds.turnsMax || bytes > bounds.bytesMax) return 'too-long';
        await bounds.room(bytes);
        if (before === null) return turns;
        const left = { ...bounds, turnsMax: bounds.turnsMax - turns.length, bytesMax: bounds.bytesMax - bytes };
        const earlier = await store.conversation(userId, before, left);
        return typeof earlier === 'string' ? earlier : [...earlier, ...turns];
      },
    }),
    forget() {
      isOver = true;
      for (const id of [...byId.keys()]) drop(id);
    },
  };
}

/** Its characters: JSON is nearly all ASCII, of which each takes a byte. */
function bytesOf({ input, response }: StoredResponse): number {
  return input.reduce((sum, item) => sum + item.length, response.length);
}
