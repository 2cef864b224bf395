import type { CompleteFrame } from '#contracts/router.ts';

/** How many bytes may wait for the client before the router stops reading the provider. */
const WAITING_MAX_BYTES = 128 * 1024;

/** Carries an answer's frames from the run that produces them to the one reader that takes them. */
export interface FrameChannel {
  readonly frames: AsyncIterable<CompleteFrame>;
  push(frame: CompleteFrame): void;
  /** Resolves when there is room again; undefined if there is room now. */
  room(): Promise<void> | undefined;
  /** The run waits for the reader no longer: later frames are kept for the reader without a bound. */
  stopWaiting(): void;
  /** Nobody reads any more: later bytes are discarded. */
  drop(): void;
  /** No more frames come. */
  close(): void;
}

/** `onReturn` is called if the reader stops early. */
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
