import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import { NoPlace, type Target } from '../../format.ts';

/** What a request asks for and this format, or this provider, has no place for. */
export interface Unplaced {
  /** Throws `NoPlace`, unless the target may leave it out. `what`: a setting, or the client's own path. */
  leaveOut(what: keyof ChatSettings | (string & {}), why: string): void;
  /** The client's names of what was left out. */
  readonly dropped: () => readonly string[];
}

export function createUnplaced({ spelling }: ChatRequest, { dropsUnplaced }: Target): Unplaced {
  const names: Readonly<Record<string, string | undefined>> = spelling;
  const dropped = new Set<string>();
  return {
    leaveOut(what, why) {
      if (!dropsUnplaced) throw new NoPlace(what, why);
      dropped.add(names[what] ?? what);
    },
    dropped: () => [...dropped],
  };
}
