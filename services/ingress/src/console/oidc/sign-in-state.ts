import { hkdfSync } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { cookieIn, cookieName } from '../session-cookie.ts';

/** Long enough for a password and a second factor. */
const STATE_MAX_AGE_S = 600;

const COOKIE = 'gateway_console_oidc';
/** By TLS it is `/`: a cookie that only this host can have set is one of the whole host. */
const PATH = '/console/oidc';
const KEY_BYTES = 32;

/** What a sign-in at an identity provider has to come back with, and what its code is exchanged with. */
export interface SignInState {
  /** Sent with the browser, and expected back with it. */
  readonly state: string;
  /** Expected in the id token. */
  readonly nonce: string;
  /** Proves that who exchanges the code began the sign-in (PKCE). */
  readonly verifier: string;
  readonly redirectUri: string;
  readonly issuer: string;
}

/**
 * The state of a sign-in, sealed, for the browser to keep: any ingress can end what another began. The key follows from the
 * gateway's pepper (hex).
 */
export async function sealState(state: SignInState, keyPepper: string, nowMs: number): Promise<string> {
  const nowS = Math.floor(nowMs / 1_000);
  return new EncryptJWT({ ...state })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setExpirationTime(nowS + STATE_MAX_AGE_S)
    .encrypt(keyOf(keyPepper));
}

/** undefined: it is too old, was changed, or is another gateway's. */
export async function openState(sealed: string, keyPepper: string, nowMs: number): Promise<SignInState | undefined> {
  try {
    const currentDate = new Date(nowMs);
    const { payload } = await jwtDecrypt<SignInState>(sealed, keyOf(keyPepper), {
      currentDate,
      requiredClaims: ['exp'],
    });
    return payload;
  } catch {
    return undefined;
  }
}

/** The sealed state that a browser brings back; empty: none. */
export function sealedStateIn(headers: IncomingHttpHeaders, isSecure: boolean): string {
  return cookieIn(headers, cookieName(COOKIE, isSecure));
}

/** `Lax`: the browser comes back from another site, and has to bring it. An empty `sealed` takes it away. */
export function stateCookie(sealed: string, isSecure: boolean): string {
  const seconds = sealed === '' ? 0 : STATE_MAX_AGE_S;
  const [path, secure] = isSecure ? ['/', '; Secure'] : [PATH, ''];
  return `${cookieName(COOKIE, isSecure)}=${sealed}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

function keyOf(keyPepper: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(keyPepper, 'hex'), '', 'signing in at the console', KEY_BYTES));
}
