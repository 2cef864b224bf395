import type { ChatSettings } from '../chat/chat-request.ts';
import { NoPlace, type Target } from '../format.ts';

/** What a request asks for and its target has no place for. */
export interface Unplaced {
  /** Throws `NoPlace`, unless the target may leave it out. `what`: a setting, or the client's own path. */
  leaveOut(what: keyof ChatSettings | (string & {}), why: string): void;
  /** Left out at any target by a rule of its format's README.md, and told. */
  tell(what: keyof ChatSettings | (string & {})): void;
  /** The client's names of what was left out. */
  readonly dropped: () => readonly string[];
}

/** `spelling`: the client's names of settings. */
export function createUnplaced(
  { spelling: names }: { readonly spelling: Readonly<Record<string, string | undefined>> },
  { dropsUnplaced }: Pick<Target, 'dropsUnplaced'>,
): Unplaced {
  const dropped = new Set<string>();
  const nameOf = (what: string): string => names[what] ?? what;
  return {
    leaveOut(what, why) {
      if (!dropsUnplaced) throw new NoPlace(what, why);
      dropped.add(nameOf(what));
    },
    tell: (what) => void dropped.add(nameOf(what)),
    dropped: () => [...dropped],
  };
}
