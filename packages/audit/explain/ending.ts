/** How a request went, as its log tells it: what became of the answer, whatever was charged. */
export type Ending = 'running' | 'answered' | 'not_answered' | 'cut' | 'client_gone' | 'expired';

const ofOutcome: Readonly<Record<string, Ending>> = {
  OUTCOME_COMPLETED: 'answered',
  OUTCOME_FAILED: 'not_answered',
  OUTCOME_CUT: 'cut',
  OUTCOME_CLIENT_GONE: 'client_gone',
};

/** Of a request whose usage, if there is one, has this outcome, and whose hold may have expired. */
export function endingOf(usage: { readonly outcome: string } | null, hasExpired: boolean): Ending {
  if (usage === null) return hasExpired ? 'expired' : 'running';
  // An outcome that this version does not know is one of a request that has a usage.
  return ofOutcome[usage.outcome] ?? 'answered';
}
