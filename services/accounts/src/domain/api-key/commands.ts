/** What an operator can ask of a key's stream. */
export type ApiKeyCommand = CreateApiKey | RevokeApiKey;

export interface CreateApiKey {
  readonly type: 'CreateApiKey';
  readonly keyId: string;
  readonly userId: string;
  /** Keyed hash of the key, hex. The key itself comes nowhere near a decision. */
  readonly keyHash: string;
  readonly prefix: string;
  /** For people to tell keys apart; may be empty. */
  readonly name: string;
  readonly nowMs: number;
}

export interface RevokeApiKey {
  readonly type: 'RevokeApiKey';
  readonly keyId: string;
  readonly nowMs: number;
}
