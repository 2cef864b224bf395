import type { Conversation, ConversationItem, ConversationStore } from './conversation-store.ts';

/** Conversations in memory, for tests of what is above the store. */
export function createMemoryConversations(): ConversationStore {
  const kept = new Map<string, { userId: string; conversation: Conversation; items: ConversationItem[] }>();
  const find = (userId: string, id: string) => kept.get(JSON.stringify([userId, id]));
  return {
    async create(userId, { id, metadata }, items) {
      const conversation = { id, metadata, createdAtS: 1_700_000_000 };
      kept.set(JSON.stringify([userId, id]), { userId, conversation, items: [...items] });
      return conversation;
    },
    read: async (userId, id) => find(userId, id)?.conversation,
    async setMetadata(userId, id, metadata) {
      const found = find(userId, id);
      if (found === undefined) return undefined;
      found.conversation = { ...found.conversation, metadata };
      return found.conversation;
    },
    remove: async (userId, id) => kept.delete(JSON.stringify([userId, id])),
    async append(userId, id, items) {
      const found = find(userId, id);
      found?.items.push(...items);
      return found === undefined ? 'missing' : 'added';
    },
    async page(userId, id, { after, limit, isAscending }) {
      const items = find(userId, id)?.items ?? [];
      const ordered = isAscending ? items : items.toReversed();
      const start = after === null ? 0 : ordered.findIndex((item) => item.id === after) + 1;
      return after !== null && start === 0 ? undefined : ordered.slice(start, start + limit + 1);
    },
    async all(userId, id, { bytesMax, room }) {
      const found = find(userId, id);
      if (found === undefined) return 'missing';
      const bytes = JSON.stringify(found.items).length;
      if (bytes > bytesMax) return 'too-long';
      await room(bytes);
      return found.items;
    },
    item: async (userId, id, itemId) => find(userId, id)?.items.find((item) => item.id === itemId),
    async removeItem(userId, id, itemId) {
      const found = find(userId, id);
      const before = found?.items.length;
      if (found !== undefined) found.items = found.items.filter((item) => item.id !== itemId);
      return found !== undefined && found.items.length !== before;
    },
    async removeAllOf(userId) {
      for (const [key, each] of kept) if (each.userId === userId) kept.delete(key);
    },
  };
}
