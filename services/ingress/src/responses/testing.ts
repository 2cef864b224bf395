import type { EventPiece, Run, RunStore } from './background/run-store.ts';
import type { ResponseStore, StoredResponse } from './response-store.ts';

/** Responses in memory, for tests of what is above the store. */
export function createMemoryResponses(): ResponseStore & RunStore {
  const kept = new Map<string, StoredResponse>();
  const made = new Map<string, Made>();
  const keyOf = (userId: string, id: string): string => JSON.stringify([userId, id]);
  const read = (userId: string, id: string): StoredResponse | undefined => kept.get(keyOf(userId, id));
  const running = ({ userId, id, attempt }: Partial<Run>): Made | undefined => {
    const found = made.get(keyOf(userId ?? '', id ?? ''));
    return found?.isRunning === true && (attempt === undefined || found.attempt === attempt) ? found : undefined;
  };
  const pieces = (userId: string, id: string): readonly EventPiece[] => made.get(keyOf(userId, id))?.pieces ?? [];
  return {
    ...runsIn({ kept, made, keyOf, running, pieces }),
    async keep(response) {
      const key = keyOf(response.userId, response.id);
      if (!kept.has(key)) kept.set(key, response);
    },
    read: async (userId, id) => read(userId, id),
    async conversation(userId, id, { turnsMax, bytesMax, room }) {
      const turns: StoredResponse[] = [];
      for (let next: string | null = id; next !== null; next = turns[0]?.previousId ?? null) {
        const turn = read(userId, next);
        if (turn === undefined || running({ userId, id: next }) !== undefined) return 'missing';
        turns.unshift(turn);
        if (turns.length > turnsMax) return 'too-long';
      }
      const bytes = JSON.stringify(turns).length;
      if (bytes > bytesMax) return 'too-long';
      await room(bytes);
      return turns;
    },
    async remove(userId, id) {
      made.delete(keyOf(userId, id));
      return kept.delete(keyOf(userId, id));
    },
    async removeAllOf(userId) {
      for (const [key, response] of kept) if (response.userId === userId) kept.delete(key);
    },
  };
}

/** A response that is, or was, made in the background. */
interface Made {
  readonly attempt: string;
  readonly requestId: string;
  isRunning: boolean;
  isStreamed: boolean;
  pieces: EventPiece[];
}

function runsIn({
  kept,
  made,
  keyOf,
  running,
  pieces,
}: {
  readonly kept: Map<string, StoredResponse>;
  readonly made: Map<string, Made>;
  readonly keyOf: (userId: string, id: string) => string;
  readonly running: (run: Partial<Run>) => Made | undefined;
  readonly pieces: (userId: string, id: string) => readonly EventPiece[];
}): RunStore {
  return {
    async begin({ userId, id, attempt }, { response, requestId, isStreamed }) {
      kept.set(keyOf(userId, id), response);
      made.set(keyOf(userId, id), { attempt, requestId, isRunning: true, isStreamed, pieces: [] });
    },
    async save(run, response) {
      if (running(run) !== undefined) kept.set(keyOf(run.userId, run.id), response);
    },
    async addEvents(run, piece) {
      const found = running(run);
      if (found?.isStreamed === true) found.pieces.push(piece);
    },
    async dropEvents(run) {
      const found = running(run);
      if (found !== undefined) Object.assign(found, { isStreamed: false, pieces: [] });
    },
    async end(run, response, last) {
      const found = running(run);
      if (found === undefined) return false;
      found.isRunning = false;
      if (last !== undefined && found.isStreamed) found.pieces.push(last);
      kept.set(keyOf(run.userId, run.id), response);
      return true;
    },
    goingOn: async (runs) => new Set(runs.filter((run) => running(run) !== undefined).map(({ attempt }) => attempt)),
    async state(userId, id) {
      const found = made.get(keyOf(userId, id));
      if (found === undefined) return undefined;
      const { requestId, isRunning, isStreamed } = found;
      return { requestId, isRunning, isAlive: true, isStreamed };
    },
    eventsAfter: async (userId, id, seq) => pieces(userId, id).find(({ lastSeq }) => lastSeq > seq),
    lastEvents: async (userId, id) => pieces(userId, id).at(-1),
  };
}
