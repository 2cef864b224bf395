import type { Hold } from '../domain/account/hold.ts';

/** Holds whose requests nobody runs: to be closed with the next sweep, or as soon as they are folded. */
export interface Orphans {
  add(requestId: string): void;
  /** A hold was placed. */
  placed(requestId: string): void;
  take(): string[];
}

export function createOrphans(parts: {
  readonly holdOf: (requestId: string) => Hold | undefined;
  /** Whether the admission is on its way into the log, or in it and not folded. */
  readonly isPending: (requestId: string) => boolean;
}): Orphans {
  let folded: string[] = [];
  const unfolded = new Set<string>();
  return {
    add(requestId) {
      if (parts.holdOf(requestId)?.state === 'open') folded.push(requestId);
      else if (parts.isPending(requestId)) unfolded.add(requestId);
    },
    placed(requestId) {
      if (unfolded.delete(requestId)) folded.push(requestId);
    },
    take() {
      const taken = folded;
      folded = [];
      return taken;
    },
  };
}
