import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../request-body.ts';
import type { Script } from '../script.ts';
import { sendJson } from '../send-json.ts';
import type { GoogleIdentity } from './service-account.ts';

export const TOKEN_PATH = '/token';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Google's own: an hour, less what an answer takes. */
const LIFETIME_S = 3_599;

/** Gives a token for an assertion that the service account has signed, or Google's refusal. */
export async function serveToken(
  identity: GoogleIdentity,
  { tokenStatus, tokenLifetimeS = LIFETIME_S }: Script,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(await readBody(request));
  if (tokenStatus !== undefined) {
    const error = tokenStatus < 500 ? 'invalid_grant' : 'internal_failure';
    send(response, tokenStatus, { error, error_description: `The simulator was told to answer with ${tokenStatus}.` });
    return;
  }
  if (form.get('grant_type') !== GRANT) {
    const error_description = `Invalid grant_type: ${form.get('grant_type') ?? ''}`;
    send(response, 400, { error: 'unsupported_grant_type', error_description });
    return;
  }
  const given = identity.exchange(form.get('assertion') ?? '', tokenUriOf(request), tokenLifetimeS);
  if ('error' in given) send(response, 400, given);
  else send(response, 200, { access_token: given.token, expires_in: tokenLifetimeS, token_type: 'Bearer' });
}

/** Where tokens are given, at the address by which the client knows the simulator. */
export function tokenUriOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? ''}${TOKEN_PATH}`;
}

function send(response: ServerResponse, status: number, document: object): void {
  sendJson(response, status, JSON.stringify(document));
}
