import type { Role } from '../../api/session.ts';
import type { Input, Values } from '../form-dialog.tsx';

export type { Values } from '../form-dialog.tsx';

/** What a row would be before and after, or why nothing is done to it. */
export type Planned = { readonly before: string; readonly after: string } | { readonly leftOut: string };

/** What can be done to several rows at once. */
export interface BulkAction<Row> {
  /** A verb: "Suspend". */
  readonly name: string;
  readonly roles: readonly Role[];
  /** What is asked for first. */
  readonly inputs?: readonly Input[];
  /** No event takes it back: the number of rows has to be typed. */
  readonly isFinal?: boolean;
  /** What people call a row in the preview. */
  readonly labelOf: (row: Row) => string;
  /** Throws an `Error` for values that no row could take. */
  readonly plan: (row: Row, values: Values) => Planned;
  /**
   * Does it to a row that the preview showed. `repeatKey` is the same at each try for the row, so that two tries do it once. Rejects
   * where the row is no longer as the preview showed it.
   */
  readonly run: (row: Row, values: Values, repeatKey: string) => Promise<unknown>;
  /** Takes back what `run` resolved with; absent: nothing does. */
  readonly undo?: (row: Row, done: unknown, repeatKey: string) => Promise<unknown>;
}

export function isLeftOut(planned: Planned): planned is { readonly leftOut: string } {
  return 'leftOut' in planned;
}
