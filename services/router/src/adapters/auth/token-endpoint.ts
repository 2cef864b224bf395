import { Pool } from 'undici';
import type { OutwardGuard } from '#config/outward-guard.ts';
import { parseObject } from '#kernel/json.ts';
import type { ProviderConfig } from '../../config.ts';
import { CallFault, type ProviderCall } from '../../ports.ts';
import { createConnector } from '../connector.ts';
import { plainAnswer } from '../plain-answer.ts';
import { startCall } from '../provider-call.ts';
import type { PostForm } from './access-tokens.ts';

/** For a whole answer, however slowly it drips: all calls wait for it. Google answers within a second. */
const TOKEN_TIMEOUT_MS = 10_000;
/** A token is a few hundred bytes, and some with an identity have a few thousand. */
const DOCUMENT_MAX_BYTES = 64 * 1024;
/** A token is wanted once in an hour: no connection is kept for it. */
const KEEP_ALIVE_MS = 1_000;

/** Where access tokens are given: called as the provider is, through its proxy and with the authorities that it trusts. */
export interface TokenEndpoint {
  readonly post: PostForm;
  /** Breaks all connections. */
  close(): Promise<void>;
}

/** @param url its address was found to be allowed; it is guarded at each connection as well. */
export function openTokenEndpoint(
  url: URL,
  config: ProviderConfig,
  {
    guard,
    connectTimeoutMs,
    timeoutMs = TOKEN_TIMEOUT_MS,
  }: { readonly guard: OutwardGuard; readonly connectTimeoutMs: number; readonly timeoutMs?: number },
): TokenEndpoint {
  // What the gateway shows of itself is for the provider alone.
  const connected = { ...config, baseUrl: url.href, clientCertificate: undefined };
  const pool = new Pool(url.origin, {
    connections: 1,
    pipelining: 1,
    connect: createConnector(connected, connectTimeoutMs, guard),
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: timeoutMs,
  });
  return {
    async post(form) {
      const call = plainAnswer(
        startCall(() => pool, {
          method: 'POST',
          path: url.pathname + url.search,
          headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json'],
          body: Buffer.from(form.toString()),
          headTimeoutMs: timeoutMs,
        }),
      );
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        call.abort();
      }, timeoutMs);
      try {
        const { status } = await call.head;
        return { status, document: parseObject(await readDocument(call)) ?? {} };
      } catch (thrown) {
        throw isLate ? new CallFault('timeout') : thrown;
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.destroy(),
  };
}

async function readDocument(call: ProviderCall): Promise<string> {
  const read: Buffer[] = [];
  let lengthBytes = 0;
  for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) {
    read.push(bytes);
    lengthBytes += bytes.length;
    if (lengthBytes <= DOCUMENT_MAX_BYTES) continue;
    call.abort();
    throw new CallFault('broken');
  }
  return Buffer.concat(read).toString();
}
