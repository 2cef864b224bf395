import type { HealthState } from '#contracts/router.ts';
import { timeText } from '#kernel/time-text.ts';
import { type Breaker, isOpenFor, type Opening } from '../domain/breaker/breaker.ts';
import type { PooledProvider } from '../provider-pool.ts';
import type { Breakers } from './breakers.ts';
import type { Way } from './known-ways.ts';

/** How something that calls go through is doing, and why. */
export interface Standing {
  readonly state: HealthState;
  /** For people; empty: all is well. */
  readonly reason: string;
  /** 0: from the beginning. */
  readonly sinceMs: number;
  /** When it is tried again; 0: it is not kept away from. */
  readonly untilMs: number;
}

const fine: Standing = { state: 'closed', reason: '', sinceMs: 0, untilMs: 0 };

export function standingOf(breaker: Breaker, nowMs: number): Standing {
  const { sinceMs } = breaker;
  if (breaker.status === 'closed') return { ...fine, sinceMs };
  if (breaker.status === 'half_open') {
    const reason = `one call is let through to see whether it works again, after ${openingWords(breaker.opening)}`;
    return { state: 'half_open', reason, sinceMs, untilMs: 0 };
  }
  const again = isOpenFor(breaker, nowMs)
    ? `tried again in ${Math.ceil((breaker.untilMs - nowMs) / 1_000)} s`
    : 'the next call tries it';
  return { state: 'open', reason: `${openingWords(breaker.opening)}; ${again}`, sinceMs, untilMs: breaker.untilMs };
}

/** A deployment's own standing: its breaker's, else its cool-down's. */
export function ownStanding(
  {
    circuit,
    coolDown,
  }: { readonly circuit: { breaker(): Breaker }; readonly coolDown: { sinceMs: number; untilMs: number } },
  nowMs: number,
): Standing {
  const standing = standingOf(circuit.breaker(), nowMs);
  const { sinceMs, untilMs } = coolDown;
  if (standing.state !== 'closed' || untilMs <= nowMs) return standing;
  return { state: 'open', reason: `the provider asks to be left alone until ${timeText(untilMs)}`, sinceMs, untilMs };
}

/** A deployment's state, its account's and its provider's among it: the first that is not closed. */
export function deploymentState(
  pooled: PooledProvider | undefined,
  breakers: Breakers,
  { provider, account, model }: Way,
  nowMs: number,
): HealthState {
  if (pooled?.kind !== 'open') return pooled?.kind ?? 'down';
  if (!pooled.accounts.some(({ id }) => id === account)) return 'down';
  const known = breakers.known(provider);
  const knownAccount = known?.accounts.get(account);
  const deployment = knownAccount?.deployments.get(model);
  for (const circuit of [known?.circuit, knownAccount?.circuit]) {
    const { state } = circuit === undefined ? fine : standingOf(circuit.breaker(), nowMs);
    if (state !== 'closed') return state;
  }
  return deployment === undefined ? 'closed' : ownStanding(deployment, nowMs).state;
}

function openingWords(opening: Opening): string {
  switch (opening.kind) {
    case 'in-a-row':
      return `${opening.failures} failures in a row: ${opening.failure}`;
    case 'failure-rate':
      return `${opening.failures} of the last ${opening.calls} calls failed: ${opening.failure}`;
    case 'probe':
      return `the call that was let through failed: ${opening.failure}`;
    default:
      return opening.failure === 'balance' ? 'the account has no money left' : 'the provider refuses the key';
  }
}
