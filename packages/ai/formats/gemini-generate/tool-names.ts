import { createHash } from 'node:crypto';
import type { ChatTool } from '../../chat/chat-request.ts';

const taken = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;
const NAME_MAX_CHARACTERS = 64;
const HASH_CHARACTERS = 8;

/** Names of tools as Gemini takes them, and the way back. https://ai.google.dev/api/caching#FunctionDeclaration */
export interface ToolNames {
  /** The name that is sent. The same name always becomes the same. */
  sent(name: string): string;
  /** From what was sent to what the client said, of those that differ; undefined: none does. */
  readonly changed: () => ReadonlyMap<string, string> | undefined;
}

/** `known`: the names that the client's tools have. A name that was changed meets none of them. */
export function createToolNames(known: Iterable<string>): ToolNames {
  const names = new Set(known);
  const sentNames = new Map<string, string>();
  const changed = new Map<string, string>();
  return {
    sent(name) {
      if (taken.test(name)) return name;
      const before = sentNames.get(name);
      if (before !== undefined) return before;
      let written = withoutOddCharacters(name);
      while (names.has(written) || changed.has(written)) written = withoutOddCharacters(`${written}-`);
      sentNames.set(name, written);
      changed.set(written, name);
      return written;
    },
    changed: () => (changed.size > 0 ? changed : undefined),
  };
}

/** The client's own name of a tool. */
export function nameOfTool(tool: ChatTool): string {
  return tool.kind === 'hosted' ? tool.what : tool.name;
}

/** The hash keeps names apart that differ in odd characters or after the longest name only. */
function withoutOddCharacters(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_CHARACTERS);
  const plain = `_${name.replaceAll(/[^a-zA-Z0-9_.:-]/g, '_')}`.slice(0, NAME_MAX_CHARACTERS - HASH_CHARACTERS - 1);
  return `${plain}_${hash}`;
}
