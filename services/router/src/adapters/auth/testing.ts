import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import { type SpokenBy, spokenBy } from '#ai/providers/spoken-by.ts';
import { policy } from '#testkit/policy.ts';
import type { Scope } from '#testkit/test.ts';

/** How a provider of a row is spoken to at an address. */
export function spokenAs(preset: string, baseUrl: string): SpokenBy {
  return spokenBy(policy.provider({ id: 'p', baseUrl, preset }).value);
}

/** An HTTP server of a test. Returns its origin. */
export async function httpServer(
  test: Scope,
  answer: (response: ServerResponse, request: IncomingMessage, body: Buffer) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(response, request, Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Whether a request that arrived is signed with a secret. Goes by what the request says of itself: the headers that it lists, and
 * the path as it came.
 */
export function isSigned({ method, url = '', headers }: IncomingMessage, body: Buffer, secret: string): boolean {
  const [, scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const [path = '', query = ''] = url.split('?');
  const lines = [
    method,
    path.replace(/[%!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
    query,
    ...names.split(';').map((name) => `${name}:${String(headers[name]).replace(/ +/g, ' ')}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ];
  const hash = createHash('sha256').update(lines.join('\n')).digest('hex');
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const text = `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${scope}\n${hash}`;
  return createHmac('sha256', key).update(text).digest('hex') === signature;
}

/** Where a test's service account gets its tokens. */
export interface TokenServer {
  /** What a provider is given as its key, in several lines. */
  readonly keyFile: string;
  /** The lives of tokens that are given from now on, in seconds. */
  lifeS: number;
  /** In place of a token: a status and a document; null: tokens are given. */
  refusal: { readonly status: number; readonly document: object } | null;
  /** Holds answers back until it resolves. */
  gate: Promise<void>;
  /** How many were asked for. */
  asked(): number;
}

/** A server that gives `token-1`, `token-2`, … for assertions that the account has signed, and nothing for others. */
export async function tokenServer(test: Scope): Promise<TokenServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = 'gateway@house.iam.gserviceaccount.com';
  let asked = 0;
  const origin = await httpServer(test, (response, _request, body) => {
    asked += 1;
    const number = asked;
    void answer(body).then(({ status, document }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(document === null ? { access_token: `token-${number}`, expires_in: server.lifeS } : document),
      );
    });
  });
  const tokenUri = `${origin}/token`;

  async function answer(body: Buffer): Promise<{ readonly status: number; readonly document: object | null }> {
    await server.gate;
    if (server.refusal !== null) return server.refusal;
    const form = new URLSearchParams(body.toString());
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return wrong('unsupported_grant_type');
    try {
      const options = { audience: tokenUri, issuer: email, algorithms: ['RS256'] };
      const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', publicKey, options);
      const isScoped = payload['scope'] === 'https://www.googleapis.com/auth/cloud-platform';
      return isScoped && protectedHeader.kid === 'key-1' ? { status: 200, document: null } : wrong('invalid_scope');
    } catch {
      return wrong('invalid_grant');
    }
  }

  const server: TokenServer = {
    keyFile: JSON.stringify(
      {
        type: 'service_account',
        private_key_id: 'key-1',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        client_email: email,
        token_uri: tokenUri,
      },
      null,
      2,
    ),
    lifeS: 3_600,
    refusal: null,
    gate: Promise.resolve(),
    asked: () => asked,
  };
  return server;
}

function wrong(error: string) {
  return { status: 400, document: { error, error_description: 'Not for you.' } };
}
