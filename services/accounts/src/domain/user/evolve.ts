import { unreachable } from '#kernel/unreachable.ts';
import type { UserEvent } from './events.ts';
import type { UserState } from './state.ts';

/** Folds a user's events. Throws where they contradict each other. */
export function evolve(state: UserState, event: UserEvent): UserState {
  switch (event.type) {
    case 'UserCreated': {
      const { userId, sealedProfile, requestsPerMinute, multiplierBasisPoints, createdAtMs } = event.data;
      if (state.status !== 'absent') throw new Error(`the stream of user ${userId} creates it twice`);
      return {
        status: 'active',
        userId,
        sealedProfile,
        requestsPerMinute,
        multiplierBasisPoints,
        createdAtMs: Number(createdAtMs),
        creditedNanoUsd: 0n,
        lastCredit: undefined,
      };
    }
    case 'BalanceCredited': {
      const { userId, creditId, reason } = event.data;
      if (state.status !== 'active') throw new Error(`the stream of user ${userId} credits it before creating it`);
      const amountNanoUsd = BigInt(event.data.amountNanoUsd);
      return {
        ...state,
        creditedNanoUsd: state.creditedNanoUsd + amountNanoUsd,
        lastCredit: { creditId, amountNanoUsd, reason, previous: state.lastCredit },
      };
    }
    default:
      return unreachable(event);
  }
}
