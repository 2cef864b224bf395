import type { ServerResponse } from 'node:http';
import { constants, createGzip, type Gzip, gzipSync } from 'node:zlib';
import type { Script } from './script.ts';
import { type StreamFraming, serverSentEvents } from './stream-framing.ts';
import { writeThrough } from './write-through.ts';

/** Writes the text of a stream in the bytes that the script asks for: compressed, with odd line ends, cut at a byte. */
export interface BodyWriter {
  /** Returns whether the client is still there, once it can take more. */
  write(text: string): boolean | Promise<boolean>;
  end(text: string): void;
  /** Breaks the connection once the text is out, so that the client reads it before the break. */
  breakAfter(text: string): void;
  /** Whether the script's byte was reached and the connection is broken there. */
  readonly isCut: () => boolean;
}

const BYTE_ORDER_MARK = '\uFEFF';
const lineEnds = { crlf: '\r\n', cr: '\r' } as const;

export function openBody(
  response: ServerResponse,
  script: Script,
  framing: StreamFraming = serverSentEvents,
): BodyWriter {
  const { encoding } = framing;
  const dress = encoding === 'utf8' ? dresserOf(script) : (text: string) => Buffer.from(text, encoding);
  const gzip = script.gzip === true ? pipedGzip(response) : undefined;
  let bytesLeft = script.cutAfterBytes ?? Number.POSITIVE_INFINITY;
  let isCut = false;

  /** What may still go out; sets `isCut` where that is not all of it. */
  function take(text: string): string | Buffer {
    const dressed = dress(text);
    if (bytesLeft === Number.POSITIVE_INFINITY) return dressed;
    const bytes = typeof dressed === 'string' ? Buffer.from(dressed) : dressed;
    isCut = bytes.length > bytesLeft;
    const taken = bytes.subarray(0, bytesLeft);
    bytesLeft -= taken.length;
    return taken;
  }

  function breakOff(bytes: string | Buffer): void {
    const destroy = (): void => void response.destroy();
    if (gzip === undefined) response.write(bytes, destroy);
    // The compressed bytes have to be in the response before it breaks.
    else gzip.write(bytes, () => response.write('', destroy));
  }

  return {
    write(text) {
      if (isCut) return false;
      const bytes = take(text);
      if (isCut) {
        breakOff(bytes);
        return false;
      }
      if (gzip === undefined) return writeThrough(response, bytes);
      return new Promise((resolve) => gzip.write(bytes, () => resolve(!response.destroyed)));
    },
    end(text) {
      if (isCut) return;
      const bytes = take(text);
      if (isCut) breakOff(bytes);
      else (gzip ?? response).end(bytes);
    },
    breakAfter(text) {
      if (!isCut) breakOff(take(text));
    },
    isCut: () => isCut,
  };
}

/** The bytes of a whole document. */
export function documentBytes(text: string, script: Script): Buffer {
  const bytes = Buffer.from(script.byteOrderMark === true ? BYTE_ORDER_MARK + text : text);
  return script.gzip === true ? gzipSync(bytes) : bytes;
}

function dresserOf(script: Script): (text: string) => string {
  const lineEnd = script.lineEnds === undefined ? undefined : lineEnds[script.lineEnds];
  if (lineEnd === undefined && script.byteOrderMark !== true) return (text) => text;
  let isFirst = script.byteOrderMark === true;
  return (text) => {
    const dressed = lineEnd === undefined ? text : text.replaceAll('\n', lineEnd);
    if (!isFirst) return dressed;
    isFirst = false;
    return BYTE_ORDER_MARK + dressed;
  };
}

/** One gzip member, flushed at every write, as a provider that compresses its streams does it. */
function pipedGzip(response: ServerResponse): Gzip {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  gzip.on('data', (bytes: Buffer) => void response.write(bytes));
  gzip.on('end', () => response.end());
  return gzip;
}
