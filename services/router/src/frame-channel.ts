import type { CompleteFrame } from '#contracts/router.ts';

/** Bytes that wait for the client before the provider is read no further. */
const WAITING_MAX_BYTES = 128 * 1024;

/** The way of an answer's frames from the run that makes them to the one reader that takes them. */
export interface FrameChannel {
  readonly frames: AsyncIterable<CompleteFrame>;
  push(frame: CompleteFrame): void;
  /** Resolves when there is room again; undefined where there is. */
  room(): Promise<void> | undefined;
  /** The reader is waited for no longer: what still comes is kept for it without a bound. */
  stopWaiting(): void;
  /** Nobody reads any more: bytes are thrown away from here on. */
  drop(): void;
  /** No frame comes after those pushed. */
  close(): void;
}

/** `onReturn` is called where the reader stops early. */
export function createFrameChannel(onReturn: () => void): FrameChannel {
  const waiting: CompleteFrame[] = [];
  let readers: ((result: IteratorResult<CompleteFrame>) => void)[] = [];
  let waitingBytes = 0;
  let isWaiting = true;
  let isDropping = false;
  let isClosed = false;
  let roomMade: (() => void) | null = null;

  function makeRoom(): void {
    roomMade?.();
    roomMade = null;
  }

  function stopWaiting(): void {
    isWaiting = false;
    makeRoom();
  }

  const iterator: AsyncIterator<CompleteFrame> = {
    next() {
      const frame = waiting.shift();
      if (frame) {
        waitingBytes -= bytesOf(frame);
        if (waitingBytes <= WAITING_MAX_BYTES) makeRoom();
        return Promise.resolve({ value: frame, done: false });
      }
      if (isClosed) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve) => readers.push(resolve));
    },
    return() {
      onReturn();
      return Promise.resolve({ value: undefined, done: true });
    },
  };

  return {
    frames: { [Symbol.asyncIterator]: () => iterator },
    push(frame) {
      if (isClosed || (isDropping && frame.kind === 'data')) return;
      const reader = readers.shift();
      if (reader) {
        reader({ value: frame, done: false });
        return;
      }
      waiting.push(frame);
      waitingBytes += bytesOf(frame);
    },
    room() {
      if (!isWaiting || waitingBytes <= WAITING_MAX_BYTES) return undefined;
      return new Promise((resolve) => {
        roomMade = resolve;
      });
    },
    stopWaiting,
    drop() {
      isDropping = true;
      stopWaiting();
    },
    close() {
      isClosed = true;
      for (const reader of readers) reader({ value: undefined, done: true });
      readers = [];
    },
  };
}

function bytesOf(frame: CompleteFrame): number {
  return frame.kind === 'data' ? frame.data.length : 0;
}
