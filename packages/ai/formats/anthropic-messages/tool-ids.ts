import { createHash } from 'node:crypto';
import type { CallIds } from '../pair-calls.ts';

const plain = /^[a-zA-Z0-9_-]+$/;
/** Marks an id that was written anew. A plain id that begins with it is written anew, too, so that no two ids meet. */
const MARK = 'x-';
/** Longer than any that is in use; a longer one becomes its hash. */
const ID_MAX_CHARACTERS = 128;

/**
 * An id of a tool call in the letters that Anthropic takes, `^[a-zA-Z0-9_-]+$`. The same id always becomes the same, and no
 * two become one: other characters are written as their code between underscores. `charactersMax`: at least 32.
 */
export function plainToolId(id: string, charactersMax = ID_MAX_CHARACTERS): string {
  if (plain.test(id) && !id.startsWith(MARK) && id.length <= charactersMax) return id;
  const written = id.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
  if (MARK.length + written.length <= charactersMax) return MARK + written;
  return `${MARK}_${createHash('sha256').update(id).digest('hex')}`.slice(0, charactersMax);
}

/** Ids as blocks of Messages have them. */
export const messagesCallIds: CallIds = {
  plain: (id) => plainToolId(id),
  write: ({ block, link }, id) => void Object.assign(block, link === 'call' ? { id } : { tool_use_id: id }),
};
