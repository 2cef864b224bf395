export type ApiKeyState = { readonly status: 'absent' } | IssuedApiKey;

export type IssuedApiKey =
  | (ApiKeyFacts & { readonly status: 'active' })
  /** For good. */
  | (ApiKeyFacts & { readonly status: 'revoked' });

interface ApiKeyFacts {
  readonly keyId: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAtMs: number;
}
