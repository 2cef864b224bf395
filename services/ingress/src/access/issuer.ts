import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '#kernel/clock.ts';
import { boundedFetch } from './bounded-fetch.ts';

/** Where an issuer's keys are hardly ever changes; an hour later a change is found. */
const DISCOVERY_MAX_AGE_MS = 3_600_000;

/** Keys that an issuer has withdrawn are forgotten after so long. */
const KEYS_MAX_AGE_MS = 600_000;

/**
 * A token with an unknown key makes the gateway ask for the issuer's keys, since these may have been rotated. Made-up tokens
 * make it ask no more often than this.
 */
const KEYS_MIN_AGE_MS = 10_000;

/** An issuer that did not answer is left alone for so long, so that an outage costs one request the wait and not all. */
const FAILURE_PAUSE_MS = 1_000;

/** What one issuer says of itself, found by discovery when a token asks for it. Rejects where the issuer cannot be asked. */
export type AskIssuer = () => Promise<Issuer>;

export interface Issuer {
  readonly keys: JWTVerifyGetKey;
  /** Where people sign in, and where codes are exchanged for tokens; undefined: it names none that can be used. */
  readonly authorizationUrl: URL | undefined;
  readonly tokenUrl: URL | undefined;
  /** It wants a client's secret in the body, and not in a header. */
  readonly wantsSecretInBody: boolean;
}

interface Discovered {
  readonly issuer: Issuer;
  readonly atMs: number;
}

export function createAskIssuer(
  issuer: string,
  { clock, keysMinAgeMs = KEYS_MIN_AGE_MS }: { readonly clock: Clock; readonly keysMinAgeMs?: number },
): AskIssuer {
  let discovered: Discovered | undefined;
  let discovering: Promise<Discovered> | undefined;
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;

  async function discover(): Promise<Discovered> {
    const { keysUrl, ...told } = await readDocument(issuer);
    const keys = createRemoteJWKSet(keysUrl, {
      cacheMaxAge: KEYS_MAX_AGE_MS,
      cooldownDuration: keysMinAgeMs,
      [customFetch]: boundedFetch,
    });
    return { issuer: { keys, ...told }, atMs: clock() };
  }

  return async () => {
    if (discovered !== undefined && clock() - discovered.atMs < DISCOVERY_MAX_AGE_MS) return discovered.issuer;
    if (failed !== undefined && clock() - failed.atMs < FAILURE_PAUSE_MS) {
      if (discovered !== undefined) return discovered.issuer;
      throw failed.error;
    }
    discovering ??= discover().finally(() => {
      discovering = undefined;
    });
    try {
      discovered = await discovering;
      failed = undefined;
    } catch (error) {
      failed = { error, atMs: clock() };
      // What was found an hour ago is most likely still so.
      if (discovered === undefined) throw error;
    }
    return discovered.issuer;
  };
}

/** OpenID Connect Discovery 1.0. Rejects where the document is not the issuer's own. */
async function readDocument(issuer: string): Promise<Omit<Issuer, 'keys'> & { readonly keysUrl: URL }> {
  const response = await boundedFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (response.status !== 200) throw new Error(`the issuer's discovery document has status ${response.status}`);
  const document = ((await response.json()) ?? {}) as Readonly<Record<string, unknown>>;
  if (document['issuer'] !== issuer) throw new Error('the discovery document names another issuer');
  const keysUrl = safeUrl(document['jwks_uri'], issuer);
  if (keysUrl === undefined) throw new Error('the discovery document has no jwks_uri that can be used');
  return {
    keysUrl,
    authorizationUrl: safeUrl(document['authorization_endpoint'], issuer),
    tokenUrl: safeUrl(document['token_endpoint'], issuer),
    wantsSecretInBody: wantsSecretInBody(document['token_endpoint_auth_methods_supported']),
  };
}

/** What comes over plain HTTP would be anybody's on the way; an issuer that is itself on plain HTTP was the operator's choice. */
function safeUrl(text: unknown, issuer: string): URL | undefined {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && issuer.startsWith('http:')) ? url : undefined;
}

/** Where it says nothing, it takes the header (client_secret_basic). */
function wantsSecretInBody(methods: unknown): boolean {
  return Array.isArray(methods) && methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
}
