import type { Explanation } from './explanation.ts';

/** How a request went, as its log tells it: what became of the answer, whatever was charged. */
export type Ending = 'running' | 'answered' | 'not_answered' | 'cut' | 'client_gone' | 'expired';

const ofOutcome: Readonly<Record<string, Ending>> = {
  OUTCOME_COMPLETED: 'answered',
  OUTCOME_FAILED: 'not_answered',
  OUTCOME_CUT: 'cut',
  OUTCOME_CLIENT_GONE: 'client_gone',
};

export function endingOf({ usage, expiry }: Pick<Explanation, 'usage' | 'expiry'>): Ending {
  if (usage === null) return expiry === null ? 'running' : 'expired';
  // An outcome that this version does not know is one of a request that has a usage.
  return ofOutcome[usage.outcome] ?? 'answered';
}
