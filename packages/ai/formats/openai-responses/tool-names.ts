import { createHash } from 'node:crypto';
import type { ChatRequest } from '../../chat/chat-request.ts';

/** What OpenAI takes as the name of a tool. */
const taken = /^[a-zA-Z0-9_-]{1,64}$/;
const NAME_MAX_CHARACTERS = 64;
const DIGEST_CHARACTERS = 10;

/** Names of tools that the format does not take, and what stands for them. */
export interface ToolNames {
  sent(name: string): string;
  /** From what was sent to what the client said; undefined: no name was changed. */
  readonly notes: () => ReadonlyMap<string, string> | undefined;
}

/** A changed name is the beginning of the client's and a digest of all of it, so that no two become the same. */
export function createToolNames({ tools }: ChatRequest): ToolNames {
  const sentByName = new Map<string, string>();
  const namesBySent = new Map<string, string>();
  const sent = (name: string): string => {
    if (taken.test(name)) return name;
    const known = sentByName.get(name);
    if (known !== undefined) return known;
    const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_CHARACTERS);
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, NAME_MAX_CHARACTERS - DIGEST_CHARACTERS - 1);
    const changed = `${plain}_${digest}`;
    sentByName.set(name, changed);
    namesBySent.set(changed, name);
    return changed;
  };
  for (const tool of tools) if (tool.kind !== 'hosted') sent(tool.name);
  return { sent, notes: () => (namesBySent.size === 0 ? undefined : namesBySent) };
}
