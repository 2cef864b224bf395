/** Who a key belongs to, from memory, for every request. */
export interface KeyIdentity {
  readonly keyId: string;
  readonly userId: string;
}

/** Whose keys there are. */
export interface AccountsPort {
  /** Whose key this is; undefined for one that is unknown, malformed, or does not work now. A look-up in memory. */
  authenticate(apiKey: string): KeyIdentity | undefined;
}
