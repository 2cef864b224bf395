import {
  type BrotliDecompress,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  type Gunzip,
} from 'node:zlib';
import { CallFault, type ProviderCall, type ResponseHead } from '../ports.ts';

/** What is inflated at a time: a thousandfold of it at most comes out, before its bounds are looked at. */
const SLICE_BYTES = 16 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const none: Buffer = Buffer.alloc(0);

type Inflater = Gunzip | BrotliDecompress;

/** What comes out is wanted as it comes, and not when a buffer is full. */
const flush = { flush: constants.Z_SYNC_FLUSH };

/** Names of `content-encoding`. Some providers compress although they were asked not to. */
const inflaters: Readonly<Record<string, () => Inflater>> = {
  gzip: () => createGunzip(flush),
  'x-gzip': () => createGunzip(flush),
  deflate: () => createInflate(flush),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
};

/** A call whose answer is read without compression, and without the byte-order mark that some put before it. */
export function plainAnswer(call: ProviderCall): ProviderCall {
  let read: (() => Promise<Buffer | null>) | null = null;

  async function open(): Promise<() => Promise<Buffer | null>> {
    const open = inflaters[encodingOf(await call.head)];
    return withoutMark(open === undefined ? call.read : inflated(call.read, open()));
  }

  return {
    ...call,
    async read() {
      read ??= await open();
      return read();
    },
  };
}

function encodingOf({ headers }: ResponseHead): string {
  const value = headers['content-encoding'];
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim().toLowerCase();
}

/** Reads on until there is something, since a slice may hold no more than a beginning. */
function inflated(read: () => Promise<Buffer | null>, inflater: Inflater): () => Promise<Buffer | null> {
  const out: Buffer[] = [];
  let waiting: Buffer = none;
  let isOver = false;
  let fault: Error | null = null;
  let settle = (): void => undefined;
  inflater.on('data', (bytes: Buffer) => out.push(bytes));
  inflater.on('end', () => settle());
  inflater.on('error', (error: Error) => {
    fault = error;
    settle();
  });

  /** Resolves when the bytes have gone through; null: there are no more. */
  const put = (bytes: Buffer | null): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
      if (bytes === null) inflater.end();
      else inflater.write(bytes, () => resolve());
    });

  return async () => {
    for (;;) {
      if (fault !== null) throw new CallFault('broken', { cause: fault });
      if (out.length > 0) return Buffer.concat(out.splice(0));
      if (isOver) return null;
      if (waiting.length === 0) waiting = (await read()) ?? none;
      isOver = waiting.length === 0;
      await put(isOver ? null : waiting.subarray(0, SLICE_BYTES));
      waiting = waiting.subarray(SLICE_BYTES);
    }
  };
}

function withoutMark(read: () => Promise<Buffer | null>): () => Promise<Buffer | null> {
  let first: Buffer | null = none;
  return async () => {
    while (first !== null) {
      const bytes = await read();
      const begun: Buffer = bytes === null ? first : Buffer.concat([first, bytes]);
      const length = Math.min(begun.length, BYTE_ORDER_MARK.length);
      const isMark = length > 0 && begun.subarray(0, length).equals(BYTE_ORDER_MARK.subarray(0, length));
      if (isMark && length < BYTE_ORDER_MARK.length && bytes !== null) {
        first = begun;
        continue;
      }
      first = null;
      const rest = isMark && length === BYTE_ORDER_MARK.length ? begun.subarray(length) : begun;
      if (rest.length > 0 || bytes === null) return rest.length > 0 ? rest : null;
    }
    return read();
  };
}
