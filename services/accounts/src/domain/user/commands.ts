/** What an operator can ask of a user's stream. */
export type UserCommand = CreateUser | CreditBalance;

export interface CreateUser {
  readonly type: 'CreateUser';
  readonly userId: string;
  readonly name: string;
  /** Empty: none. */
  readonly email: string;
  /** Name and e-mail, sealed under the user's own key. Sealing the same again gives the same text. */
  readonly sealedProfile: string;
  /** 0: no such quota. */
  readonly requestsPerMinute: number;
  /** 0: the gateway's default. */
  readonly multiplierBasisPoints: number;
  readonly nowMs: number;
}

export interface CreditBalance {
  readonly type: 'CreditBalance';
  readonly userId: string;
  readonly creditId: string;
  readonly amountNanoUsd: bigint;
  readonly reason: string;
  readonly nowMs: number;
}
