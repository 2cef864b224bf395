import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';

/** More of a made-up id is not repeated to whoever made it up. */
const SHOWN_ID_MAX_CHARACTERS = 64;

export function noConversation(id: string, param = 'conversation'): Refusal {
  const shown = id.slice(0, SHOWN_ID_MAX_CHARACTERS);
  return { code: 'not_found', message: `Conversation with id '${shown}' not found.`, param };
}

/** Where the settings say that nothing is kept: what was kept before stays to be read, and nothing is added to it. */
export function keepsNoConversations(param?: string): Refusal {
  return invalid('This gateway keeps no conversations: send their items as input.', param);
}
