import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const AUDIENCE = 'the-gateway';

/** An identity provider over HTTP, with keys of its own. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** Requests it has had, by path. */
  readonly asked: string[];
  /** A token that is good, unless it says otherwise; `claims` of undefined are left out. */
  token(claims?: JWTPayload, signedWith?: { readonly alg?: string; readonly kid?: string }): Promise<string>;
  /** From now on it signs with another key, and shows that one alone. */
  rotate(): Promise<void>;
  /** The newest public key, as text. */
  publicKeyText(): Promise<string>;
  /** Answers everything this way; undefined: as it should be. */
  answerWith(answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** Ends its server, and starts it again at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const ALGORITHM = 'RS256';

export async function startTestIssuer(): Promise<TestIssuer> {
  const asked: string[] = [];
  const pairs = new Map<string, GenerateKeyPairResult>();
  let generation = 0;
  let port = 0;
  let special: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

  const kidOf = (alg: string): string => `${alg}-${generation}`;
  async function pairOf(alg: string): Promise<GenerateKeyPairResult> {
    const pair = pairs.get(kidOf(alg)) ?? (await generateKeyPair(alg, { extractable: true }));
    pairs.set(kidOf(alg), pair);
    return pair;
  }

  const url = (): string => `http://127.0.0.1:${port}`;
  async function documentOf(path: string): Promise<unknown> {
    if (path !== '/keys') return { issuer: url(), jwks_uri: `${url()}/keys` };
    const shown = [...pairs].filter(([kid]) => kid.endsWith(`-${generation}`));
    return {
      keys: await Promise.all(
        shown.map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig' })),
      ),
    };
  }
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { url: path = '' } = request;
    asked.push(path);
    if (special !== undefined) {
      special(request, response);
      return;
    }
    void documentOf(path).then((document) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    });
  };
  let server = createServer(serve);
  const start = async (): Promise<void> => {
    server = createServer(serve);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await pairOf(ALGORITHM);
  await start();

  return {
    get url() {
      return url();
    },
    asked,
    async token(claims = {}, { alg = ALGORITHM, kid } = {}) {
      const nowS = Math.floor(Date.now() / 1_000);
      const { privateKey } = await pairOf(alg);
      return new SignJWT({ iss: url(), aud: AUDIENCE, exp: nowS + 600, ...claims })
        .setProtectedHeader({ alg, kid: kid ?? kidOf(alg) })
        .sign(privateKey);
    },
    async rotate() {
      generation += 1;
      await pairOf(ALGORITHM);
    },
    publicKeyText: async () => exportSPKI((await pairOf(ALGORITHM)).publicKey),
    answerWith(answer) {
      special = answer;
    },
    stop,
    start,
    [Symbol.asyncDispose]: stop,
  };
}

/** What is signed of a request, and with which key. */
export interface ToSign {
  readonly apiKey: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly timestampS: number;
  readonly nonce: string;
}

/** The headers of a signed request, as docs/security.md says. */
export function signedHeaders({ apiKey, method, path, body, timestampS, nonce }: ToSign): Record<string, string> {
  const digest = createHash('sha256').update(body).digest('hex');
  const text = `${timestampS}.${nonce}.${method}.${path}.${digest}`;
  return {
    'x-gateway-timestamp': String(timestampS),
    'x-gateway-nonce': nonce,
    'x-gateway-signature': `v1=${createHmac('sha256', apiKey).update(text).digest('hex')}`,
  };
}
