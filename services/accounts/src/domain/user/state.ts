export type UserState = { readonly status: 'absent' } | ActiveUser;

export interface ActiveUser {
  readonly status: 'active';
  readonly userId: string;
  readonly sealedProfile: string;
  readonly requestsPerMinute: number;
  readonly multiplierBasisPoints: number;
  readonly createdAtMs: number;
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
