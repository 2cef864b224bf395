import type { JsonObject } from '#kernel/json.ts';

/** One message of a conversation, its content as blocks. */
export type Message = { readonly role: string; readonly blocks: readonly JsonObject[] };
