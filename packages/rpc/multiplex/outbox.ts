/** The size of one message, far below what a peer takes. A single larger step goes alone. */
const MESSAGE_MAX_BYTES = 1024 * 1024;

/**
 * How many bytes may wait for a peer that does not read. Beyond it, nothing more is read from the peer. Several
 * windows, and far from the memory of a process.
 */
const BEHIND_BYTES = 8 * 1024 * 1024;

/** The size of a step besides its message: numbers, names, the text of a failure. */
const STEP_BYTES = 128;

/** The writing side of a stream of messages. */
export interface MessageSink<Step> {
  /** Sends steps as one message; false: send no more until the sink has drained. */
  write(steps: Step[]): boolean;
  /** Ends the stream after the steps that were written. */
  end(): void;
}

/** Steps on their way to the peer, in order. The steps of one turn of the event loop leave as one message. */
export interface Outbox<Step> {
  /** `messageBytes` is the size of the step's message, if it has one. */
  push(step: Step, messageBytes?: number): void;
  /** Too much waits: the peer does not read. */
  isBehind(): boolean;
  /** The sink takes messages again. */
  drained(): void;
  /** Ends the sink once everything is written. */
  end(): void;
  /** The peer is gone. Drops the waiting steps and all later ones. */
  drop(): void;
}

export function createOutbox<Step>(sink: MessageSink<Step>): Outbox<Step> {
  let steps: Step[] = [];
  let sizes: number[] = [];
  let waitingBytes = 0;
  let isScheduled = false;
  let isFull = false;
  let state: 'open' | 'ending' | 'over' = 'open';

  function schedule(): void {
    if (isScheduled || isFull) return;
    isScheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    isScheduled = false;
    while (steps.length > 0 && !isFull) isFull = !sink.write(takeMessage());
    if (steps.length > 0 || state !== 'ending') return;
    state = 'over';
    sink.end();
  }

  function takeMessage(): Step[] {
    let bytes = 0;
    let count = 0;
    for (const size of sizes) {
      bytes += size;
      if (count > 0 && bytes > MESSAGE_MAX_BYTES) break;
      count += 1;
      waitingBytes -= size;
    }
    const message = steps;
    steps = message.splice(count);
    sizes = sizes.slice(count);
    return message;
  }

  return {
    push(step, messageBytes = 0) {
      if (state === 'over') return;
      steps.push(step);
      sizes.push(messageBytes + STEP_BYTES);
      waitingBytes += messageBytes + STEP_BYTES;
      schedule();
    },
    isBehind: () => waitingBytes > BEHIND_BYTES,
    drained() {
      isFull = false;
      flush();
    },
    end() {
      if (state !== 'open') return;
      state = 'ending';
      schedule();
    },
    drop() {
      state = 'over';
      steps = [];
      sizes = [];
      waitingBytes = 0;
    },
  };
}
