import { Agent, request } from 'undici';
import type { OutwardGuard } from '#config/outward-guard.ts';
import { notSent, type Sent, sentOver } from '../../domain/alert/sent.ts';

/** Standard Webhooks recommends that a receiver gets 15 to 30 s. A look-up, a connection and an answer together have this. */
const POST_TIMEOUT_MS = 20_000;

/** Of an answer, so much is read for the person who tests a channel. The rest is not waited for. */
const SAID_MAX_BYTES = 500;

/** Sends one message over HTTP: within bounds of time and size, without redirects, and to where the gateway may connect. */
export interface OutwardPost {
  /** Never rejects. */
  post(
    url: string,
    message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ): Promise<Sent>;
}

export function createOutwardPost({
  guard,
  timeoutMs = POST_TIMEOUT_MS,
}: {
  readonly guard: OutwardGuard;
  readonly timeoutMs?: number;
}): OutwardPost {
  return {
    async post(url, { headers, body }) {
      if (!URL.canParse(url)) return notSent('the address is no URL', { isFinal: true });
      const address = new URL(url);
      const fault = guard.faultOf(address);
      if (fault !== undefined) return notSent(`the address ${fault}`, { isFinal: true });
      // An agent for each message: alerts are few, and a connection that waits for the next one would be cut meanwhile.
      const dispatcher = new Agent({ connect: { lookup: guard.lookupFor(address) }, connections: 1 });
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const answer = await request(address, { method: 'POST', headers, body, dispatcher, signal });
        const said = await firstOf(answer.body);
        return sentOver(answer.statusCode, said, retryAfterMsOf(answer.headers['retry-after']));
      } catch (thrown) {
        return failureOf(thrown, timeoutMs);
      } finally {
        await dispatcher.destroy();
      }
    },
  };
}

/** The beginning of what the other side said, on one line. */
async function firstOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= SAID_MAX_BYTES) break;
  }
  const text = new TextDecoder().decode(Buffer.concat(pieces).subarray(0, SAID_MAX_BYTES));
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** Seconds, or a date (RFC 9110, section 10.2.3). What is neither says nothing. */
function retryAfterMsOf(header: string | string[] | undefined): number {
  const text = Array.isArray(header) ? (header[0] ?? '') : (header ?? '');
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - Date.now());
}

/** Codes of the guard: where the name leads is refused. */
const GUARDED: Readonly<Record<string, string>> = {
  EPRIVATE: 'the address leads to a private network: allow it with GATEWAY_PRIVATE_PROVIDERS',
  EMETADATA: 'the address leads to a metadata service',
};

function failureOf(thrown: unknown, timeoutMs: number): Sent {
  const { name = '', code = '' } = thrown as { readonly name?: string; readonly code?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') {
    return notSent(`no answer within ${timeoutMs} ms`, { isFinal: false });
  }
  const text = String(code);
  const guarded = GUARDED[text];
  if (guarded !== undefined) return notSent(guarded, { isFinal: true });
  return notSent(text === '' ? 'the connection failed' : `the connection failed: ${text}`, { isFinal: false });
}
