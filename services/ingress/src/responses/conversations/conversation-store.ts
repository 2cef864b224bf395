import type { JsonObject } from '#kernel/json.ts';
import type { ItemPage } from '../item-page.ts';
import type { ConversationBounds } from '../response-store.ts';

/** What is known of a conversation beside its items. */
export interface Conversation {
  readonly id: string;
  readonly createdAtS: number;
  readonly metadata: JsonObject;
}

/** What was said in a conversation, or answered. */
export interface ConversationItem {
  readonly id: string;
  /** As it was sent, or answered. */
  readonly json: string;
  /** The model that gave it; empty: the client did. */
  readonly model: string;
}

/** Keeps conversations until they expire. Nobody but their user finds them. Rejects where the database cannot be reached. */
export interface ConversationStore {
  /** With all of the items, or not at all. */
  create(
    userId: string,
    conversation: Pick<Conversation, 'id' | 'metadata'>,
    items: readonly ConversationItem[],
    days: number,
  ): Promise<Conversation | 'full'>;
  read(userId: string, id: string): Promise<Conversation | undefined>;
  setMetadata(userId: string, id: string, metadata: JsonObject): Promise<Conversation | undefined>;
  /** Whether it was there. Its items go with it. */
  remove(userId: string, id: string): Promise<boolean>;
  /** Adds all of them, behind those that are there, or none; it lives that many days from now. */
  append(
    userId: string,
    id: string,
    items: readonly ConversationItem[],
    days: number,
  ): Promise<'added' | 'missing' | 'full'>;
  /** One more than the page has, where there are more. undefined: `after` is not there. */
  page(userId: string, id: string, page: ItemPage): Promise<readonly ConversationItem[] | undefined>;
  /** All items in their order, as `ResponseStore.conversation` gives turns. */
  all(
    userId: string,
    id: string,
    bounds: Pick<ConversationBounds, 'bytesMax' | 'room'>,
  ): Promise<readonly ConversationItem[] | 'missing' | 'too-long'>;
  item(userId: string, id: string, itemId: string): Promise<ConversationItem | undefined>;
  removeItem(userId: string, id: string, itemId: string): Promise<boolean>;
  /** All of a user's: of one that was deleted. */
  removeAllOf(userId: string): Promise<void>;
}
