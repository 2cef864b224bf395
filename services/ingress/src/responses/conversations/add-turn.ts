import type { JsonObject } from '#kernel/json.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { ConversationStore } from './conversation-store.ts';
import { answeredItems, sentItem } from './new-items.ts';

/** Adds a turn to its conversation, where its answer has an end to go on from. Never rejects: the answer is paid for. */
export type AddTurn = (response: JsonObject) => Promise<void>;

export function createAddTurn(parts: {
  readonly conversations: Pick<ConversationStore, 'append'>;
  readonly userId: string;
  readonly conversationId: string | null;
  /** The items of this turn, each as JSON. */
  readonly input: readonly string[];
  readonly days: number;
  readonly logger: Pick<Logger, 'warn'>;
}): AddTurn {
  const { conversations, userId, conversationId, input, days, logger } = parts;
  return async (response) => {
    const { status } = response;
    if (conversationId === null || (status !== 'completed' && status !== 'incomplete')) return;
    const items = [...input.map(sentItem), ...answeredItems(response)];
    try {
      const added = await conversations.append(userId, conversationId, items, days);
      if (added !== 'added') logger.warn({ conversationId, why: added }, 'a turn was not added to its conversation');
    } catch (error) {
      logger.warn({ err: error, conversationId }, 'a turn could not be added to its conversation');
    }
  };
}
