import { createHash } from 'node:crypto';

const plain = /^[a-zA-Z0-9_-]+$/;
/** Marks an id that was written anew. A plain id that begins with it is written anew, too, so that no two ids meet. */
const MARK = 'x-';
/** Longer than any that is in use; a longer one becomes its hash. */
const ID_MAX_CHARACTERS = 128;

/**
 * An id of a tool call in the letters that Anthropic takes, `^[a-zA-Z0-9_-]+$`. The same id always becomes the same, and no
 * two become one: other characters are written as their code between underscores.
 */
export function plainToolId(id: string): string {
  if (plain.test(id) && !id.startsWith(MARK) && id.length <= ID_MAX_CHARACTERS) return id;
  const written = id.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
  if (written.length <= ID_MAX_CHARACTERS) return MARK + written;
  return `${MARK}_${createHash('sha256').update(id).digest('hex')}`;
}
