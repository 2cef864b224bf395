/** From here on nothing new is begun: the last quarter is for the answers that are under way. */
const CROWDED_SHARE = 0.75;

/** What is counted for one answer. */
export interface Held {
  answerBytesHeld: number;
}

/** Bytes of answers that wait in memory for their clients, over all answers of the process. */
export interface AnswerBudget {
  /** Counts bytes, or counts none and says no where they do not fit. */
  hold(answer: Held, bytes: number): boolean;
  /** Counts bytes whether they fit or not: of answers so small that a refusal would take as much. */
  add(answer: Held, bytes: number): void;
  /** Gives bytes back, no more than are counted for the answer. */
  release(answer: Held, bytes: number): void;
  readonly heldBytes: number;
  readonly isCrowded: boolean;
}

/**
 * A budget over all answers. Each answer is bounded, by what is held of it and by what waits in its socket, and
 * thousands of clients that read none would still fill the memory.
 */
export function createAnswerBudget(maxBytes: number): AnswerBudget {
  let heldBytes = 0;
  const add = (answer: Held, bytes: number): void => {
    heldBytes += bytes;
    answer.answerBytesHeld += bytes;
  };
  return {
    hold(answer, bytes) {
      if (heldBytes + bytes > maxBytes) return false;
      add(answer, bytes);
      return true;
    },
    add,
    release(answer, bytes) {
      add(answer, -Math.min(bytes, answer.answerBytesHeld));
    },
    get heldBytes() {
      return heldBytes;
    },
    get isCrowded() {
      return heldBytes > maxBytes * CROWDED_SHARE;
    },
  };
}
