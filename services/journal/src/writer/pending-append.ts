import type { AppendRequest, AppendResult } from '#journal/journal.ts';

/** An append that waits for its commit, its bodies already text. */
export interface PendingAppend {
  readonly request: AppendRequest;
  readonly bodies: readonly string[];
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (reason: Error) => void;
}
