import { createHash, randomBytes } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { boundedFetch } from '../../access/bounded-fetch.ts';
import type { Issuer } from '../../access/issuer.ts';
import { ALGORITHMS, CLOCK_TOLERANCE_S } from '../../access/tokens.ts';
import type { ConsoleOidc } from './person.ts';
import type { SignInState } from './sign-in-state.ts';

/** As PKCE and OAuth's security guide have it: nobody guesses 256 bits. */
const RANDOM_BYTES = 32;

const DEFAULT_SCOPES = ['email', 'profile'];

/** The identity provider did not take the code, or its token is not as it must be. The message says nothing secret. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

export function newState(issuer: string, redirectUri: string): SignInState {
  const random = (): string => randomBytes(RANDOM_BYTES).toString('base64url');
  return { state: random(), nonce: random(), verifier: random(), redirectUri, issuer };
}

/** Where a browser signs in. Throws where the issuer names no such place. */
export function authorizationUrl(
  { clientId, scopes }: ConsoleOidc,
  { authorizationUrl: base }: Issuer,
  { state, nonce, verifier, redirectUri }: SignInState,
): string {
  if (base === undefined) throw new Error('the discovery document has no authorization_endpoint that can be used');
  const url = new URL(base);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: [...new Set(['openid', ...(scopes.length === 0 ? DEFAULT_SCOPES : scopes)])].join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Exchanges a code for an id token (RFC 6749, 4.1.3). Rejects with `SignInRefused`, or where the issuer cannot be asked. */
export async function exchangeCode(
  { clientId }: ConsoleOidc,
  { tokenUrl, wantsSecretInBody }: Issuer,
  { code, secret, state }: { readonly code: string; readonly secret: string; readonly state: SignInState },
): Promise<string> {
  if (tokenUrl === undefined) throw new Error('the discovery document has no token_endpoint that can be used');
  const isInHeader = secret !== '' && !wantsSecretInBody;
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: state.redirectUri,
    code_verifier: state.verifier,
    ...(isInHeader ? {} : { client_id: clientId }),
    ...(secret === '' || isInHeader ? {} : { client_secret: secret }),
  });
  const headers = { accept: 'application/json', ...(isInHeader ? { authorization: basic(clientId, secret) } : {}) };
  const response = await boundedFetch(tokenUrl, { method: 'POST', headers, body });
  if (response.status >= 500) throw new Error(`the token endpoint answered ${response.status}`);
  const document = (await response.json().catch(() => null)) as { readonly id_token?: unknown } | null;
  if (response.status !== 200) throw new SignInRefused(`the token endpoint answered ${response.status}`);
  if (typeof document?.id_token !== 'string') throw new SignInRefused('the token endpoint gave no id token');
  return document.id_token;
}

/** The claims of an id token (OpenID Connect Core, 3.1.3.7). Rejects with `SignInRefused`, or where the keys cannot be had. */
export async function verifyIdToken(
  idToken: string,
  { keys }: Issuer,
  { clientId, state, nowMs }: { readonly clientId: string; readonly state: SignInState; readonly nowMs: number },
): Promise<JWTPayload> {
  const payload = await verified(idToken, keys, { audience: clientId, issuer: state.issuer, nowMs });
  const { aud, azp, nonce, sub } = payload;
  if (nonce !== state.nonce) throw new SignInRefused('the id token is of another sign-in');
  const isForOthers = Array.isArray(aud) && aud.length > 1;
  if (azp === undefined ? isForOthers : azp !== clientId) throw new SignInRefused('the id token is for another client');
  if (typeof sub !== 'string' || sub === '') throw new SignInRefused('the id token names nobody');
  return payload;
}

async function verified(
  idToken: string,
  keys: Issuer['keys'],
  { audience, issuer, nowMs }: { readonly audience: string; readonly issuer: string; readonly nowMs: number },
): Promise<JWTPayload> {
  try {
    const currentDate = new Date(nowMs);
    const claims = { audience, issuer, requiredClaims: ['exp', 'iat'], clockTolerance: CLOCK_TOLERANCE_S, currentDate };
    return (await jwtVerify(idToken, keys, { algorithms: ALGORITHMS, ...claims })).payload;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) throw error;
    // Its code says what is wrong, and holds nothing of the token.
    if (error instanceof errors.JOSEError) throw new SignInRefused(`the id token is not as it must be (${error.code})`);
    throw error;
  }
}

/** RFC 6749, 2.3.1: both are encoded as in a form. */
function basic(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2);
  return `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;
}
