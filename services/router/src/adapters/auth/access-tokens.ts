import { SignJWT } from 'jose';
import type { Clock } from '#kernel/clock.ts';
import type { JsonObject } from '#kernel/json.ts';
import { CallFault } from '../../ports.ts';
import type { GoogleGrant } from './google-key.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** What a service account may ask for at most. */
const ASSERTION_S = 3_600;
/** A token is renewed so long before it ends, while calls go on with it: time for some tries. */
const RENEWED_BEFORE_MS = 300_000;
/** A clock that goes wrong by a little must not have a call sent with a token that has ended. */
const SPARE_MS = 10_000;
/** Of answers that name no end. Google's tokens last an hour. */
const LIFE_DEFAULT_S = 3_600;
/** After a failure nothing is asked for so long: calls by the hundred must not ask a hundred times. */
const PAUSE_MS = 5_000;
/** What a header can carry, as a bearer token is written (RFC 6750, 2.1, and some more). */
const TOKEN = /^[\x21-\x7e]+$/;
/** Posts a form to where tokens are given. Rejects with a `CallFault`. */
export type PostForm = (form: URLSearchParams) => Promise<{ readonly status: number; readonly document: JsonObject }>;

/** Access tokens of one key: kept, and asked for by one request at a time, for all calls. */
export interface AccessTokens {
  /** The token now, or where there is none the next one. Rejects with a `CallFault`. */
  take(): string | Promise<string>;
  /** The provider refused a token before its end: the next call asks for another one. */
  refused(token: string): void;
  /** Those that are or were in use of late. */
  known(): readonly string[];
}

interface Token {
  readonly text: string;
  readonly askedAtMs: number;
  readonly endsAtMs: number;
}

export function createAccessTokens(grant: GoogleGrant, post: PostForm, clock: Clock): AccessTokens {
  let token: Token | null = null;
  let before = '';
  let asking: Promise<string> | null = null;
  let failed: { readonly fault: unknown; readonly atMs: number } | null = null;

  /** Whether a moment is not longer ago. A clock that was set back may show it in the future: that says nothing. */
  function isWithin(durationMs: number, atMs: number): boolean {
    const agoMs = clock() - atMs;
    return agoMs >= 0 && agoMs < durationMs;
  }

  async function ask(): Promise<string> {
    const askedAtMs = clock();
    const { status, document } = await post(await formOf(grant, askedAtMs));
    const { access_token: text, expires_in: lifeS } = document;
    if (status < 200 || status > 299 || typeof text !== 'string' || !TOKEN.test(text)) throw refusal(status, document);
    before = token?.text ?? before;
    const life = typeof lifeS === 'number' && lifeS > 0 ? lifeS : LIFE_DEFAULT_S;
    token = { text, askedAtMs, endsAtMs: askedAtMs + life * 1_000 };
    failed = null;
    return text;
  }

  /** The request under way, or a new one; rejects at once during the pause after a failure. */
  function next(): Promise<string> {
    if (asking !== null) return asking;
    if (failed !== null && isWithin(PAUSE_MS, failed.atMs)) return Promise.reject(failed.fault);
    asking = ask()
      .catch((fault: unknown) => {
        failed = { fault, atMs: clock() };
        throw fault;
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  }

  return {
    take() {
      const nowMs = clock();
      if (token === null || nowMs >= token.endsAtMs - SPARE_MS) return next();
      // Calls go on with the token that there is; a failure is told when it has ended.
      const life = token.endsAtMs - token.askedAtMs;
      if (nowMs >= token.endsAtMs - Math.min(RENEWED_BEFORE_MS, life / 2)) next().catch(() => undefined);
      return token.text;
    },
    refused(text) {
      // One that was just made is refused for another reason: the next one would be as well.
      if (token?.text !== text || isWithin(PAUSE_MS, token.askedAtMs)) return;
      before = text;
      token = null;
    },
    known: () => [token?.text ?? '', before].filter((text) => text !== ''),
  };
}

async function formOf(grant: GoogleGrant, nowMs: number): Promise<URLSearchParams> {
  if (grant.kind === 'authorized_user') {
    const { clientId, clientSecret, refreshToken } = grant;
    return new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    });
  }
  const { email, tokenUri, keyId, privateKey } = grant;
  const nowS = Math.floor(nowMs / 1_000);
  const assertion = await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === '' ? {} : { kid: keyId }) })
    .setIssuer(email)
    .setAudience(tokenUri)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + ASSERTION_S)
    .sign(privateKey);
  return new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
}

/** A no to the key itself (RFC 6749, 5.2), or a server that is not well. */
function refusal(status: number, { error }: JsonObject): CallFault {
  const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : `HTTP ${status}`;
  const isOfKey = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return new CallFault(isOfKey ? 'unauthorized' : 'connection', {
    cause: Object.assign(new Error('no access token was given'), { code }),
  });
}
