import type { EventType } from '#contracts/events.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { AppendResult, Term } from '#journal/journal.ts';

/**
 * An append in the form that crosses to the writer's thread. Bodies are text already, the very text that is hashed and
 * stored.
 */
export interface SerializedAppend {
  /** Returned with the outcome. */
  readonly id: number;
  readonly stream: string;
  readonly expectedVersion: number;
  readonly correlationId: string;
  readonly causationId: string;
  readonly term?: Term | undefined;
  readonly events: readonly { readonly eventId: string; readonly type: EventType; readonly body: string }[];
}

/**
 * The outcome of an append that is not part of a commit just made: a repeat of an earlier one, a conflict, or a fault.
 */
export type Settlement =
  | { readonly id: number; readonly result: AppendResult }
  | { readonly id: number; readonly refusal: Refusal };
