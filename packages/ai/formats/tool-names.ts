import { createHash } from 'node:crypto';
import type { ChatTool } from '../chat/chat-request.ts';

const HASH_CHARACTERS = 8;

/** Which names of tools a format takes. */
export interface NameRule {
  readonly taken: RegExp;
  readonly charactersMax: number;
  /** What no name may have. */
  readonly odd: RegExp;
  /** What a changed name begins with. */
  readonly prefix: string;
  /** What is added to a name that meets another. */
  readonly filler: string;
}

/** Names of tools as a format takes them, and the way back. */
export interface ToolNames {
  /** The name that is sent. The same name always becomes the same. */
  sent(name: string): string;
  /** From what was sent to what the client said, of those that differ; undefined: none does. */
  readonly changed: () => ReadonlyMap<string, string> | undefined;
}

/** `known`: the names that the client's tools have. A name that was changed meets none of them. */
export function createToolNames(known: Iterable<string>, rule: NameRule): ToolNames {
  const names = new Set(known);
  const sentNames = new Map<string, string>();
  const changed = new Map<string, string>();
  return {
    sent(name) {
      if (rule.taken.test(name)) return name;
      const before = sentNames.get(name);
      if (before !== undefined) return before;
      let written = changedName(name, rule);
      while (names.has(written) || changed.has(written)) {
        written = changedName(`${written}${rule.filler}`, rule);
      }
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
function changedName(name: string, { odd, prefix, charactersMax }: NameRule): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_CHARACTERS);
  const plain = `${prefix}${name.replaceAll(odd, '_')}`.slice(0, charactersMax - HASH_CHARACTERS - 1);
  return `${plain}_${hash}`;
}
