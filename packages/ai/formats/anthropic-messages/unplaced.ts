import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import { NoPlace, type Target } from '../../format.ts';

/** What a request asks for and Messages has no place for. */
export interface Unplaced {
  /** Throws `NoPlace`, unless the target may leave it out. `what`: a setting, or the client's own path. */
  leaveOut(what: keyof ChatSettings | (string & {}), why: string): void;
  /** Left out at any target, by a rule of README.md, and told. */
  tell(what: keyof ChatSettings): void;
  /** The client's names of what was left out. */
  readonly dropped: () => readonly string[];
}

export function createUnplaced({ spelling }: ChatRequest, { dropsUnplaced }: Target): Unplaced {
  const dropped = new Set<string>();
  const nameOf = (what: string): string => (spelling as Readonly<Record<string, string | undefined>>)[what] ?? what;
  return {
    leaveOut(what, why) {
      if (!dropsUnplaced) throw new NoPlace(what, why);
      dropped.add(nameOf(what));
    },
    tell: (what) => dropped.add(nameOf(what)),
    dropped: () => [...dropped],
  };
}
