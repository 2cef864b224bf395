import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { dropClient } from './cut.ts';
import type { Exchange } from './exchange.ts';
import { PIECE_MAX_BYTES, room } from './send.ts';

const compress = promisify(gzip);

/**
 * From the beginning of an answer to its end. Anyone may ask for it, so nobody keeps it open by reading a byte now and then.
 * The largest takes 0.5 Mbit/s.
 */
const TIMEOUT_MS = 30_000;

const STATUS_OK = 200;

/** A body that is the same for everybody, in memory once. */
export interface SharedBody {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** Makes a body with the first question for it; tries again where that failed. */
export function sharedBody(make: () => Promise<Buffer | string> | Buffer | string): () => Promise<SharedBody> {
  let made: Promise<SharedBody> | undefined;
  const begin = async (): Promise<SharedBody> => {
    const plain = Buffer.from(await make());
    return { plain, gzipped: await compress(plain) };
  };
  return () => {
    made ??= begin().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/**
 * Answers with a shared body, one piece after the other. Nothing of it is counted in the budget for answers: what waits for a
 * client are the bytes that all share. A client that has not read all of it in time loses its connection.
 */
export function answerShared(
  exchange: Exchange,
  body: SharedBody,
  headers: Readonly<Record<string, string>>,
  timeoutMs = TIMEOUT_MS,
): void {
  const { request, response, record } = exchange;
  if (response.headersSent || response.destroyed) return;
  const isGzipped = takesGzip(request.headers['accept-encoding']);
  const bytes = isGzipped ? body.gzipped : body.plain;
  record.status = STATUS_OK;
  response.writeHead(STATUS_OK, {
    ...headers,
    vary: 'accept-encoding',
    ...(isGzipped ? { 'content-encoding': 'gzip' } : {}),
    'content-length': bytes.length,
  });
  const timer = setTimeout(() => dropClient(exchange), timeoutMs);
  response.once('close', () => clearTimeout(timer));
  void sendPieces(exchange, bytes);
}

async function sendPieces({ response }: Exchange, bytes: Buffer): Promise<void> {
  for (let start = 0; start < bytes.length; start += PIECE_MAX_BYTES) {
    if (response.destroyed) return;
    if (!response.write(bytes.subarray(start, start + PIECE_MAX_BYTES))) await room(response);
  }
  if (!response.destroyed) response.end();
}

/** `gzip;q=0` says that it is not taken. */
function takesGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '').split(',');
  return codings.some((coding) => /^\s*gzip\s*(;\s*q=(1(\.0*)?|0\.\d*[1-9]\d*)\s*)?$/i.test(coding));
}
