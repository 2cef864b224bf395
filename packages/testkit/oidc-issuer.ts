import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A client that the issuer knows. */
export interface OidcClient {
  readonly id: string;
  readonly secret: string;
  readonly redirectUris: readonly string[];
}

/** An identity provider over HTTP (OpenID Connect, authorization code with PKCE), at which people sign in by a click. */
export interface OidcIssuer extends AsyncDisposable {
  readonly url: string;
  /** Knows this client from now on, and no other. */
  registers(client: OidcClient): void;
  /** Who can sign in, by the name on the button, with their claims. */
  readonly people: Map<string, JWTPayload>;
  /** Claims that id tokens have in place of their own. */
  instead: JWTPayload;
  /** Codes that were given out, and what became of them. */
  readonly codes: { readonly code: string; isUsed: boolean }[];
}

interface Grant {
  readonly person: string;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

const ALGORITHM = 'RS256';
const KEY_ID = 'signing';
const TOKEN_MAX_AGE_S = 300;

export async function startOidcIssuer(): Promise<OidcIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: 'sig' }] };
  const grants = new Map<string, Grant>();
  let client: OidcClient = { id: '', secret: '', redirectUris: [] };
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: OidcIssuer = {
    url,
    registers(known) {
      client = known;
    },
    people: new Map(),
    instead: {},
    codes: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URL(request.url ?? '/', url);
    switch (asked.pathname) {
      case '/.well-known/openid-configuration':
        return answer(response, 200, documentOf(url));
      case '/keys':
        return answer(response, 200, keys);
      case '/authorize':
        return authorize(asked.searchParams, response);
      case '/token':
        return token(request, response);
      default:
        return answer(response, 404, { error: 'not_found' });
    }
  }

  /** The page on which people say who they are; with `person`, back to the client. */
  async function authorize(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const redirectUri = query.get('redirect_uri') ?? '';
    const isKnown = query.get('client_id') === client.id && client.redirectUris.includes(redirectUri);
    const isWhole = query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256';
    if (!isKnown || !isWhole || !(query.get('scope') ?? '').split(' ').includes('openid')) {
      return answer(response, 400, { error: 'invalid_request' });
    }
    const person = query.get('person');
    if (person === null) return page(response, query, issuer.people.keys());
    const code = randomUUID();
    const [nonce, challenge] = [query.get('nonce') ?? '', query.get('code_challenge') ?? ''];
    grants.set(code, { person, nonce, challenge, redirectUri });
    issuer.codes.push({ code, isUsed: false });
    sendBack(response, redirectUri, { code, state: query.get('state') ?? '', iss: url });
  }

  /** A code for an id token, once, for the client that proves itself and who began. */
  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    if (!isClient(request, client)) return answer(response, 401, { error: 'invalid_client' });
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri')) {
      return answer(response, 400, { error: 'invalid_grant' });
    }
    for (const each of issuer.codes) if (each.code === code) each.isUsed = true;
    const nowS = Math.floor(Date.now() / 1_000);
    const own = { iss: url, aud: client.id, iat: nowS, exp: nowS + TOKEN_MAX_AGE_S, nonce: grant.nonce };
    const idToken = await new SignJWT({ ...own, ...issuer.people.get(grant.person), ...issuer.instead })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .sign(privateKey);
    answer(response, 200, { access_token: randomUUID(), token_type: 'Bearer', id_token: idToken });
  }

  return issuer;
}

function documentOf(url: string) {
  const [authorization, token, keys] = ['authorize', 'token', 'keys'].map((path) => `${url}/${path}`);
  return { issuer: url, authorization_endpoint: authorization, token_endpoint: token, jwks_uri: keys };
}

/** RFC 6749, 2.3.1: id and secret are encoded as in a form. */
function isClient({ headers }: IncomingMessage, { id, secret }: OidcClient): boolean {
  const [, credentials = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  const sent = Buffer.from(credentials, 'base64').toString().split(':');
  const [sentId, sentSecret] = sent.map((each) => decodeURIComponent(each.replaceAll('+', ' ')));
  return sentId === id && sentSecret === secret;
}

function page(response: ServerResponse, query: URLSearchParams, people: Iterable<string>): void {
  const links = Array.from(people, (each) => `<a href="?${query}&amp;person=${each}">${each}</a>`);
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>Who are you?</h1>${links.join('<br>')}`);
}

function sendBack(response: ServerResponse, to: string, values: Readonly<Record<string, string>>): void {
  const back = new URL(to);
  for (const [name, value] of Object.entries(values)) back.searchParams.set(name, value);
  response.writeHead(303, { location: back.href }).end();
}

function answer(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
