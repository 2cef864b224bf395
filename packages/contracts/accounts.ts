export interface UserView {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly requestsPerMinute: number;
  /** 0: the gateway's default. */
  readonly multiplierBasisPoints: number;
  readonly createdAtMs: number;
  readonly keys: readonly KeyView[];
}

export interface KeyView {
  readonly keyId: string;
  readonly name: string;
  readonly prefix: string;
  readonly isRevoked: boolean;
  readonly createdAtMs: number;
}

/**
 * Rejections are `Fault`s: `invalid_request`, `not_found`, `idempotency_key_reused`, `conflict`, `unavailable`. Commands
 * resolve when durable and visible.
 */
export interface AccountsPort {
  createUser(command: {
    readonly name: string;
    readonly email: string;
    readonly requestsPerMinute: number;
    readonly multiplierBasisPoints: number;
    /** Makes the call repeatable: the same key gives the same user and nothing new; empty: none. */
    readonly idempotencyKey: string;
  }): Promise<UserView>;
  getUser(userId: string): Promise<UserView>;
  listUsers(page: { readonly afterUserId: string; readonly limit: number }): Promise<readonly UserView[]>;
  /** Adds money to the prepaid balance; the same idempotency key credits once. */
  creditBalance(command: {
    readonly userId: string;
    readonly amountNanoUsd: bigint;
    readonly reason: string;
    readonly idempotencyKey: string;
  }): Promise<{ readonly creditId: string }>;
  /** The key itself is in the answer and nowhere after; the same idempotency key gives the same API key again. */
  createApiKey(command: {
    readonly userId: string;
    readonly name: string;
    /** As `createUser`'s. Whoever has the pepper can work the API key out from it. */
    readonly idempotencyKey: string;
  }): Promise<{ readonly key: KeyView; readonly apiKey: string }>;
  /** Revoking a revoked key changes nothing. */
  revokeApiKey(keyId: string): Promise<KeyView>;
}
