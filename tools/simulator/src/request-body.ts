import type { IncomingMessage } from 'node:http';
import { RequestProblem } from './request-problem.ts';

/** Providers take images inline as base64; 64 MiB is above what any of them accepts and still fits in memory. */
export const BODY_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads the whole body as text.
 * Rejects with a RequestProblem (413) above `BODY_MAX_BYTES`, and with a plain error when the client goes away first.
 */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      if (sizeBytes > BODY_MAX_BYTES) {
        // What still comes is dropped by the next listener, so that the client can read the answer before it stops.
        request.removeAllListeners('data').resume();
        reject(new RequestProblem(413, `The body is larger than ${BODY_MAX_BYTES} bytes.`));
        return;
      }
      parts.push(part);
    });
    request.on('end', () => resolve(textOf(parts)));
    request.on('error', reject);
  });
}

/** Parses a body that has to be JSON; throws a RequestProblem (400) that repeats what the parser found. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RequestProblem(400, `We could not parse the JSON body of your request: ${(cause as Error).message}`);
  }
}

function textOf(parts: readonly Buffer[]): string {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only.toString('utf8') : Buffer.concat(parts).toString('utf8');
}
