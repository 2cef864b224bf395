import type { GatewayEvent } from '#contracts/events.ts';
import { changeOf } from '#registry/changes.ts';
import { isOver } from '#registry/registry.ts';

/** What a payer's stream says of what was paid in. */
export interface CreditState {
  /** The payer is there and can be credited. */
  readonly isThere: boolean;
  readonly creditedNanoUsd: bigint;
  /** A chain and no map: a state is never changed, and copying a map for every credit makes folding n of them cost n². */
  readonly lastCredit: Credit | undefined;
}

export interface Credit {
  readonly creditId: string;
  readonly amountNanoUsd: bigint;
  readonly reason: string;
  readonly previous: Credit | undefined;
}

export const nothingCredited: CreditState = { isThere: false, creditedNanoUsd: 0n, lastCredit: undefined };

/** Folds the events of a user's, team's or organisation's stream. Throws for a credit of nobody. */
export function evolve(state: CreditState, event: GatewayEvent): CreditState {
  if (event.type === 'BalanceCredited') {
    const { creditId, reason } = event.data;
    if (!state.isThere) throw new Error(`the stream of a payer credits it while it is not there: credit ${creditId}`);
    const amountNanoUsd = BigInt(event.data.amountNanoUsd);
    return {
      ...state,
      creditedNanoUsd: state.creditedNanoUsd + amountNanoUsd,
      lastCredit: { creditId, amountNanoUsd, reason, previous: state.lastCredit },
    };
  }
  const change = changeOf(event);
  if (change === undefined) return state;
  return { ...state, isThere: change.type === 'set' && !isOver(change.resource) };
}
