import { createHash } from 'node:crypto';

/** OpenAI takes names of tools of these characters, and ids of calls that are no longer than this. */
const NAME_MAX_CHARACTERS = 64;
const ID_MAX_CHARACTERS = 40;
const taken = new RegExp(`^[a-zA-Z0-9_-]{1,${NAME_MAX_CHARACTERS}}$`);
const HASH_CHARACTERS = 10;

/** Names and ids of tool calls as OpenAI takes them. The same always becomes the same. */
export interface ToolNames {
  name(name: string): string;
  /** The id of a call, and of its result. */
  id(id: string): string;
  /** From the names that are sent to what the client said, of those that differ; undefined: none does. */
  readonly changed: () => ReadonlyMap<string, string> | undefined;
}

export function createToolNames(): ToolNames {
  const changed = new Map<string, string>();
  return {
    name(name) {
      if (taken.test(name)) return name;
      const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, NAME_MAX_CHARACTERS - HASH_CHARACTERS - 1);
      // The hash keeps names apart that differ in odd characters or behind the longest name only.
      const sent = `${plain}_${hashOf(name)}`;
      changed.set(sent, name);
      return sent;
    },
    id: (id) => (id.length <= ID_MAX_CHARACTERS ? id : `call_${hashOf(id, ID_MAX_CHARACTERS - 'call_'.length)}`),
    changed: () => (changed.size > 0 ? changed : undefined),
  };
}

function hashOf(text: string, characters = HASH_CHARACTERS): string {
  return createHash('sha256').update(text).digest('hex').slice(0, characters);
}
