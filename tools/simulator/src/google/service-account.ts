import { generateKeyPairSync, type KeyObject, randomUUID, verify } from 'node:crypto';
import { asObject, type JsonObject } from '#kernel/json.ts';

/** What Google answers a wrong wish for a token. */
export interface TokenProblem {
  readonly error: string;
  readonly error_description: string;
}

/** Google's accounts of services, as far as one simulator is they: one account, the tokens that it was given, and until when. */
export interface GoogleIdentity {
  /** The account's file. From now on the paths of Vertex want one of its tokens. */
  accountFile(tokenUri: string): JsonObject;
  /** A token for a signed assertion. `tokenUri`: where it was sent. */
  exchange(assertion: string, tokenUri: string, lifetimeS: number): { readonly token: string } | TokenProblem;
  /** Whether a token is good. Before anyone has the account's file, any is. */
  isGood(token: string): boolean;
  /** How many tokens were given. */
  issued(): number;
}

const RSA_BITS = 2_048;
const PROJECT = 'simulated-project';
const EMAIL = `gateway@${PROJECT}.iam.gserviceaccount.com`;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Google's own address, which an assertion may name wherever it is sent. */
const GOOGLE_AUDIENCE = 'https://oauth2.googleapis.com/token';
const ASSERTION_MAX_S = 3_600;
/** How far the clocks may be apart. */
const SKEW_S = 300;

export function createGoogleIdentity(nowMs: () => number): GoogleIdentity {
  let keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined;
  let issued = 0;
  const expiresAtMs = new Map<string, number>();
  return {
    accountFile(tokenUri) {
      keys ??= generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
      return {
        type: 'service_account',
        project_id: PROJECT,
        private_key_id: 'simulated',
        private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        client_email: EMAIL,
        client_id: '1',
        token_uri: tokenUri,
        universe_domain: 'googleapis.com',
      };
    },
    exchange(assertion, tokenUri, lifetimeS) {
      const problem = problemOf(assertion, keys?.publicKey, [tokenUri, GOOGLE_AUDIENCE], nowMs() / 1000);
      if (problem !== undefined) return problem;
      issued += 1;
      const token = `ya29.simulated-${randomUUID()}`;
      expiresAtMs.set(token, nowMs() + lifetimeS * 1000);
      return { token };
    },
    isGood: (token) => keys === undefined || (expiresAtMs.get(token) ?? 0) > nowMs(),
    issued: () => issued,
  };
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
function problemOf(
  assertion: string,
  key: KeyObject | undefined,
  audiences: readonly string[],
  nowS: number,
): TokenProblem | undefined {
  const [head = '', body = '', signature = '', ...more] = assertion.split('.');
  const header = objectIn(head);
  const claims = objectIn(body);
  if (header?.['alg'] !== 'RS256' || claims === null || more.length > 0) {
    return invalidGrant('Bad Request');
  }
  if (key === undefined || claims['iss'] !== EMAIL) return invalidGrant('Invalid grant: account not found');
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    return invalidGrant('Invalid JWT Signature.');
  }
  if (!audiences.includes(String(claims['aud']))) return invalidGrant('Invalid JWT: Failed audience check.');
  const { iat, exp, scope } = claims;
  const isTimely =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    iat <= nowS + SKEW_S &&
    exp > nowS &&
    exp - iat > 0 &&
    exp - iat <= ASSERTION_MAX_S;
  if (!isTimely) {
    return invalidGrant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    );
  }
  if (typeof scope !== 'string' || !scope.split(' ').includes(SCOPE)) {
    return { error: 'invalid_scope', error_description: 'Invalid OAuth scope or ID token audience provided.' };
  }
  return undefined;
}

function invalidGrant(words: string): TokenProblem {
  return { error: 'invalid_grant', error_description: words };
}

function objectIn(part: string): JsonObject | null {
  try {
    return asObject(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    return null;
  }
}
