import type { OutwardGuard } from '#config/outward-guard.ts';
import type { Clock } from '#kernel/clock.ts';
import type { ProviderConfig } from '../../config.ts';
import { type AccessTokens, createAccessTokens } from './access-tokens.ts';
import { readAwsKey } from './aws-key.ts';
import { readGoogleKey } from './google-key.ts';
import { type SignedRequest, signatureHeaders } from './sigv4.ts';
import { openTokenEndpoint } from './token-endpoint.ts';

/** How a provider's key is shown to it. */
export interface RequestAuth {
  /**
   * Headers, names and values in turn, by where a format's key goes: `bearer`, a header's name, `none`, or a cloud's way (`aws`,
   * `google`). A promise where they have to be waited for; it rejects with a `CallFault`.
   */
  headersOf(auth: string, request: SignedRequest): Headers | Promise<Headers>;
  /** The provider refused the headers of a call. */
  refused(headers: Headers): void;
  /** Whether a text tells the key, or what was made of it. */
  tellsSecret(text: string | Buffer): boolean;
  /** Breaks off what is waited for. */
  close(): Promise<void>;
}

type Headers = readonly string[];

/** A cloud's way to use a key. */
interface CloudAuth extends Pick<RequestAuth, 'refused' | 'close'> {
  headersOf(request: SignedRequest): Headers | Promise<Headers>;
  secrets(): readonly string[];
}

export interface AuthParts {
  readonly guard: OutwardGuard;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

/** Shorter texts are in words of any kind. */
const SECRET_MIN_CHARS = 6;

/** @param config its key was found to be good. */
export function openRequestAuth(config: ProviderConfig, parts: AuthParts): RequestAuth {
  const { apiKey } = config;
  const none: Headers = [];
  const bearer = bearerOf(apiKey);
  const cloud = cloudAuthOf(config, parts);

  return {
    headersOf(auth, request) {
      if (apiKey === '' || auth === 'none') return none;
      if (auth === 'aws' || auth === 'google') return cloud?.headersOf(request) ?? bearer;
      return auth === 'bearer' ? bearer : [auth, apiKey];
    },
    refused: (headers) => cloud?.refused(headers),
    tellsSecret(text) {
      if (apiKey !== '' && text.includes(apiKey)) return true;
      return (cloud?.secrets() ?? []).some((secret) => secret.length >= SECRET_MIN_CHARS && text.includes(secret));
    },
    close: async () => cloud?.close(),
  };
}

function bearerOf(token: string): Headers {
  return ['authorization', `Bearer ${token}`];
}

/** null: the key is shown as it is. */
function cloudAuthOf(config: ProviderConfig, parts: AuthParts): CloudAuth | null {
  const { auth } = config.spoken;
  if (auth === 'aws') return signing(config, parts);
  return auth === 'google' ? withTokens(config, parts) : null;
}

function signing({ apiKey, baseUrl, region = '' }: ProviderConfig, { clock }: AuthParts): CloudAuth | null {
  const key = readAwsKey(apiKey, baseUrl, region);
  if (!('kind' in key) || key.kind === 'bearer') return null;
  const { credentials, scope } = key;
  return {
    headersOf: (request) => signatureHeaders(request, credentials, { ...scope, atMs: clock() }),
    refused: () => undefined,
    secrets: () => [credentials.secretAccessKey, credentials.sessionToken],
    close: async () => undefined,
  };
}

function withTokens(config: ProviderConfig, { clock, ...parts }: AuthParts): CloudAuth | null {
  const key = readGoogleKey(config.apiKey);
  if (!('kind' in key) || key.kind === 'bearer') return null;
  const endpoint = openTokenEndpoint(new URL(key.grant.tokenUri), config, parts);
  const tokens: AccessTokens = createAccessTokens(key.grant, endpoint.post, clock);
  return {
    headersOf() {
      const token = tokens.take();
      return typeof token === 'string' ? bearerOf(token) : token.then(bearerOf);
    },
    refused: (headers) => tokens.refused((headers[1] ?? '').slice('Bearer '.length)),
    secrets: () => [...key.secrets, ...tokens.known()],
    close: endpoint.close,
  };
}
