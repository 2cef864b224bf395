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

/** The keys of one issuer, found by discovery when a token asks for them. Rejects where the issuer cannot be asked. */
export type IssuerKeys = () => Promise<JWTVerifyGetKey>;

interface Discovered {
  readonly keys: JWTVerifyGetKey;
  readonly atMs: number;
}

export function createIssuerKeys(
  issuer: string,
  { clock, keysMinAgeMs = KEYS_MIN_AGE_MS }: { readonly clock: Clock; readonly keysMinAgeMs?: number },
): IssuerKeys {
  let discovered: Discovered | undefined;
  let discovering: Promise<Discovered> | undefined;
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;

  async function discover(): Promise<Discovered> {
    const keysUrl = await discoverKeysUrl(issuer);
    const keys = createRemoteJWKSet(keysUrl, {
      cacheMaxAge: KEYS_MAX_AGE_MS,
      cooldownDuration: keysMinAgeMs,
      [customFetch]: boundedFetch,
    });
    return { keys, atMs: clock() };
  }

  return async () => {
    if (discovered !== undefined && clock() - discovered.atMs < DISCOVERY_MAX_AGE_MS) return discovered.keys;
    if (failed !== undefined && clock() - failed.atMs < FAILURE_PAUSE_MS) {
      if (discovered !== undefined) return discovered.keys;
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
    return discovered.keys;
  };
}

/** OpenID Connect Discovery 1.0. Rejects where the document is not the issuer's own. */
async function discoverKeysUrl(issuer: string): Promise<URL> {
  const response = await boundedFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (response.status !== 200) throw new Error(`the issuer's discovery document has status ${response.status}`);
  const document: unknown = await response.json();
  const { issuer: named, jwks_uri: keysUri } = (document ?? {}) as {
    readonly issuer?: unknown;
    readonly jwks_uri?: unknown;
  };
  if (named !== issuer) throw new Error('the discovery document names another issuer');
  const keysUrl = typeof keysUri === 'string' && URL.canParse(keysUri) ? new URL(keysUri) : undefined;
  // Keys over plain HTTP would be anybody's on the way; an issuer that is itself on plain HTTP was the operator's choice.
  const isSafe = keysUrl?.protocol === 'https:' || (keysUrl?.protocol === 'http:' && issuer.startsWith('http:'));
  if (keysUrl === undefined || !isSafe) throw new Error('the discovery document has no jwks_uri that can be used');
  return keysUrl;
}
