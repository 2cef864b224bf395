import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Exchange } from './exchange.ts';

export interface BodyLimits {
  readonly bodyMaxBytes: number;
  readonly budget: BodyBudget;
}

/**
 * Pieces that are kept apart before they are put together: a body of 10 MiB comes in 160 at most where its client has no
 * ill will. Each keeps some 400 bytes beside its own, so that a body in pieces of one byte took 4 GB.
 */
const PIECES_MAX = 1_024;

/** How long a client should stay away when the gateway's memory for bodies is taken. */
const CROWDED_RETRY_AFTER_MS = 1_000;

/**
 * Reads a JSON request body from the socket, within the limits, and checks it as the exchange says (`checkBody`). The bytes
 * stay counted against the budget until the exchange is over (`exchange.bodyBytesHeld`).
 *
 * Rejects with the `Fault` of the check, `unsupported_media_type`, `body_too_large` (from its declared length before a byte
 * is read), `unavailable` where all bodies together are too large, `client_gone` where the client left before the end.
 */
export function readBody(exchange: Exchange, limits: BodyLimits): Promise<Buffer> {
  const body = receiveBody(exchange, limits);
  return exchange.checkBody === undefined ? body : body.then((bytes) => checked(exchange, bytes));
}

async function checked({ checkBody }: Exchange, body: Buffer): Promise<Buffer> {
  await checkBody?.(body);
  return body;
}

function receiveBody(exchange: Exchange, limits: BodyLimits): Promise<Buffer> {
  const { request, response } = exchange;
  const refusal = mediaTypeProblem(request.headers) ?? declaredLengthProblem(request.headers, limits.bodyMaxBytes);
  if (refusal !== undefined) return Promise.reject(new Fault(refusal));
  // Left while something else was waited for: no event will come any more.
  if (request.destroyed || response.destroyed) return Promise.reject(new Fault(gone));
  // Only now is a client that asked first (curl does for large bodies) told to send.
  if (request.headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    const gathered: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('close', onClose);
      response.off('close', onClose);
    };
    const refuse = (refusal: Refusal): void => {
      stop();
      reject(new Fault(refusal));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.bodyMaxBytes) {
        refuse(tooLarge(limits.bodyMaxBytes));
      } else if (limits.budget.reserve(chunk.length)) {
        exchange.bodyBytesHeld += chunk.length;
        chunks.push(chunk);
        if (chunks.length < PIECES_MAX) return;
        gathered.push(Buffer.concat(chunks));
        chunks = [];
      } else {
        refuse(crowdedBodies);
      }
    };
    const onEnd = (): void => {
      stop();
      const [first] = chunks;
      const isOne = chunks.length === 1 && gathered.length === 0;
      resolve(isOne && first !== undefined ? first : Buffer.concat([...gathered, ...chunks], size));
    };
    const onClose = (): void => refuse(gone);
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onClose);
    // A request whose answer came first, for junk in its body, never closes by itself.
    response.on('close', onClose);
  });
}

const gone: Refusal = { code: 'client_gone', message: 'The client left before its request was whole.' };

export const crowdedBodies: Refusal = {
  code: 'unavailable',
  message: 'The gateway holds as many request bodies as its memory allows; try again shortly.',
  retryAfterMs: CROWDED_RETRY_AFTER_MS,
};

function mediaTypeProblem(headers: IncomingHttpHeaders): Refusal | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return invalid(
      'Compressed request bodies are not accepted: send the JSON as it is.',
      undefined,
      'unsupported_media_type',
    );
  }
  const type = headers['content-type'];
  if (type === undefined || type === '' || type === 'application/json') return undefined;
  if (/^application\/json\s*(?:;\s*charset="?utf-?8"?\s*)?;?$/i.test(type)) return undefined;
  return invalid('Send the body as application/json in UTF-8.', undefined, 'unsupported_media_type');
}

function declaredLengthProblem(headers: IncomingHttpHeaders, bodyMaxBytes: number): Refusal | undefined {
  const declared = headers['content-length'];
  return declared !== undefined && Number(declared) > bodyMaxBytes ? tooLarge(bodyMaxBytes) : undefined;
}

function tooLarge(bodyMaxBytes: number): Refusal {
  return {
    code: 'body_too_large',
    message: `The request body is larger than the ${bodyMaxBytes} bytes that are accepted.`,
  };
}
