import type { Fault } from '#errors/fault.ts';
import { WINDOW_BYTES } from './window.ts';

/** A call failed. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly fault: Fault;
  /** The server certainly did nothing for the call, so another server may have it. */
  readonly isNotBegun: boolean;

  constructor(fault: Fault, isNotBegun: boolean) {
    super(fault.message);
    this.fault = fault;
    this.isNotBegun = isNotBegun;
  }
}

/** One call of a session. */
export interface SessionCall {
  /**
   * The next message; undefined: the call has ended well. Rejects with a `CallFailure`. Call it again only after it
   * resolves.
   */
  next(): Promise<Uint8Array | undefined>;
  /** The reader has left. The server is told if it still works, and whether this process stops. `next` then rejects with the fault. */
  leave(why: () => Fault, isStopping?: boolean): void;
}

/** A call as its session sees it. */
export interface OpenCall {
  arrived(message: Uint8Array): void;
  ended(failure: CallFailure | undefined): void;
}

/** A call between its session, which brings messages, and its reader, which takes them. */
export function createCall(told: {
  readonly onTaken: (bytes: number) => void;
  readonly onLeave: (isStopping: boolean) => void;
}): {
  readonly open: OpenCall;
  readonly reader: SessionCall;
} {
  const messages: Uint8Array[] = [];
  let takenBytes = 0;
  let isOver = false;
  let failure: CallFailure | undefined;
  let waiting: PromiseWithResolvers<Uint8Array | undefined> | undefined;

  function end(outcome: CallFailure | undefined): void {
    if (isOver) return;
    isOver = true;
    failure = outcome;
    if (failure === undefined) waiting?.resolve(undefined);
    else waiting?.reject(failure);
    waiting = undefined;
  }

  /** A message on its way to a reader counts as taken: it waits for the next call of `next`. */
  function noteTaken(bytes: number): void {
    takenBytes += bytes;
    if (isOver || takenBytes < WINDOW_BYTES / 2) return;
    told.onTaken(takenBytes);
    takenBytes = 0;
  }

  const open: OpenCall = {
    arrived(message) {
      if (isOver) return;
      if (waiting === undefined) {
        messages.push(message);
        return;
      }
      noteTaken(message.length);
      waiting.resolve(message);
      waiting = undefined;
    },
    ended: end,
  };
  const reader: SessionCall = {
    next() {
      const message = messages.shift();
      if (message !== undefined) {
        noteTaken(message.length);
        return Promise.resolve(message);
      }
      if (isOver) return failure === undefined ? Promise.resolve(undefined) : Promise.reject(failure);
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    leave(why, isStopping = false) {
      if (isOver) return;
      told.onLeave(isStopping);
      messages.length = 0;
      end(new CallFailure(why(), false));
    },
  };
  return { open, reader };
}
