import type { FieldChange } from './field-changes.ts';
import type { PlanStep } from './plan-step.ts';

/** Where a provider goes with its key, and who can read it on the way. */
const placeFields: ReadonlySet<string> = new Set(['base_url', 'kind', 'proxy_url', 'ca_certificates']);

/** Whether a provider goes elsewhere: the gateway lets its key go along only where it is given again. */
export function isMoved(kind: PlanStep['kind'], changes: readonly FieldChange[]): boolean {
  return kind === 'provider' && changes.some(({ field }) => placeFields.has(field));
}
