import { createHash } from 'node:crypto';
import { decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import type { Identified } from '#api-keys/identity.ts';
import { Fault } from '#errors/fault.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import { type AskIssuer, createAskIssuer } from './issuer.ts';
import { identityOfToken, type JwtIssuer, type TokenCaller, tokenCaller } from './token-caller.ts';
import { type Guess, guess, tokenProblem } from './token-problem.ts';

/** Signatures by a public key alone: with an algorithm of a shared secret the public key would be that secret. */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** How far the issuer's clock may be off. */
export const CLOCK_TOLERANCE_S = 60;

/** Some 2 MB. The token that was verified longest ago is verified anew. */
const VERIFIED_MAX = 10_000;

/** A token whose key the issuer has withdrawn is taken no longer than this, and than its own end. */
const VERIFIED_MAX_MS = 300_000;

/** Node takes 16 KiB of headers altogether; a token with many claims has some 2 KiB. */
const TOKEN_MAX_CHARACTERS = 8_192;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a secret can be a JWT. No API key can. */
export function isTokenShaped(secret: string): boolean {
  return secret.length <= TOKEN_MAX_CHARACTERS && TOKEN.test(secret);
}

/** Tokens of the identity providers that the settings name, in place of API keys. */
export interface Tokens {
  /** Whose token it is. Without waiting where it was verified before. Rejects with `unavailable` where its issuer is away. */
  identify(token: string): Identified | Guess | Promise<Identified | Guess>;
}

interface Verified extends TokenCaller {
  readonly untilMs: number;
}

export function createTokens(parts: {
  readonly registry: Pick<Registry, 'get' | 'settings'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between two looks for rotated keys; absent: as `issuer.ts` has it. */
  readonly keysMinAgeMs?: number;
}): Tokens {
  const { registry, clock, logger } = parts;
  /** In the order of their verification. */
  const verified = new Map<string, Verified>();
  const askOf = createAskIssuers(parts);

  /** Who the user is, for which team, and whether they may call, is looked up with each request. */
  const callerOf = (found: Verified): Identified => identityOfToken(registry, found);

  async function verify(token: string, digest: string): Promise<Identified | Guess> {
    const claims = claimsOf(token);
    const issuer = claims && issuerOf(registry.settings().jwtIssuers, claims);
    if (issuer === undefined) return guess('The token is of an issuer that is not known here.');
    try {
      const { keys } = await askOf(issuer.issuer)();
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
        currentDate: new Date(clock()),
      });
      const found = { ...tokenCaller(payload, issuer), untilMs: untilMs(payload, clock()) };
      remember(digest, found);
      return callerOf(found);
    } catch (error) {
      const problem = tokenProblem(error);
      if (problem !== undefined) return problem;
      logger.warn({ err: error, issuer: issuer.issuer }, 'the keys of an identity provider cannot be had');
      const message =
        'The identity provider that has signed the token cannot be asked for its keys; try again shortly.';
      throw new Fault({ code: 'unavailable', message, retryAfterMs: ISSUER_RETRY_AFTER_MS });
    }
  }

  function remember(digest: string, found: Verified): void {
    verified.delete(digest);
    verified.set(digest, found);
    if (verified.size <= VERIFIED_MAX) return;
    const [oldest] = verified.keys();
    if (oldest !== undefined) verified.delete(oldest);
  }

  return {
    identify(token) {
      const digest = createHash('sha256').update(token).digest('base64');
      const known = verified.get(digest);
      const isGood =
        known !== undefined && clock() < known.untilMs && registry.settings().jwtIssuers.includes(known.issuer);
      return isGood ? callerOf(known) : verify(token, digest);
    },
  };
}

/** A restart of what is away takes some seconds. */
const ISSUER_RETRY_AFTER_MS = 2_000;

/** How each issuer in the settings is asked; those of issuers that have gone are forgotten. */
function createAskIssuers(parts: {
  readonly registry: Pick<Registry, 'settings'>;
  readonly clock: Clock;
  readonly keysMinAgeMs?: number;
}): (issuer: string) => AskIssuer {
  const askByIssuer = new Map<string, AskIssuer>();
  return (issuer) => {
    const known = askByIssuer.get(issuer);
    if (known !== undefined) return known;
    const named = new Set(parts.registry.settings().jwtIssuers.map((each) => each.issuer));
    for (const each of askByIssuer.keys()) if (!named.has(each)) askByIssuer.delete(each);
    const ask = createAskIssuer(issuer, parts);
    askByIssuer.set(issuer, ask);
    return ask;
  };
}

/** Claims that nobody has verified yet: they say whose keys to verify them with. */
function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** The issuer that a token names, for its audience where the issuer is there several times. */
function issuerOf(issuers: readonly JwtIssuer[], { iss, aud }: JWTPayload): JwtIssuer | undefined {
  const named = issuers.filter(({ issuer }) => issuer === iss);
  const audiences = [aud].flat();
  return named.find(({ audience }) => audiences.includes(audience)) ?? named[0];
}

function untilMs({ exp = 0 }: JWTPayload, nowMs: number): number {
  return Math.min(exp * 1_000, nowMs + VERIFIED_MAX_MS);
}
