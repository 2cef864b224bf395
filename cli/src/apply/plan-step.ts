import type { Kind } from '#registry/kinds.ts';
import type { FieldChange } from './field-changes.ts';
import type { PolicyEntry } from './policy-entry.ts';

/** What becomes of one resource. */
export interface PlanStep {
  readonly action: 'create' | 'change' | 'unchanged' | 'delete';
  readonly kind: Kind;
  /** Empty: the gateway is going to make it. */
  readonly id: string;
  readonly label: string;
  readonly changes: readonly FieldChange[];
  /** undefined: the resource is not in the file. */
  readonly entry: PolicyEntry | undefined;
  /** The version that was compared; 0: there is none. */
  readonly version: bigint;
  /** Fields of the file that the gateway never shows, and so cannot be compared. */
  readonly unseen: readonly string[];
}
