import type { ResponseStore, StoredResponse } from './response-store.ts';

/** Responses in memory, for tests of what is above the store. */
export function createMemoryResponses(): ResponseStore {
  const kept = new Map<string, StoredResponse>();
  const keyOf = (userId: string, id: string): string => JSON.stringify([userId, id]);
  const read = (userId: string, id: string): StoredResponse | undefined => kept.get(keyOf(userId, id));
  return {
    async keep(response) {
      const key = keyOf(response.userId, response.id);
      if (!kept.has(key)) kept.set(key, response);
    },
    read: async (userId, id) => read(userId, id),
    async conversation(userId, id, { turnsMax, bytesMax, room }) {
      const turns: StoredResponse[] = [];
      for (let next: string | null = id; next !== null; next = turns[0]?.previousId ?? null) {
        const turn = read(userId, next);
        if (turn === undefined) return 'missing';
        turns.unshift(turn);
        if (turns.length > turnsMax) return 'too-long';
      }
      const bytes = JSON.stringify(turns).length;
      if (bytes > bytesMax) return 'too-long';
      await room(bytes);
      return turns;
    },
    remove: async (userId, id) => kept.delete(keyOf(userId, id)),
    async removeAllOf(userId) {
      for (const [key, response] of kept) if (response.userId === userId) kept.delete(key);
    },
  };
}
