/** Bytes of request bodies that may be in memory together. */
export interface BodyBudget {
  /** Takes bytes from the budget, or takes none and says no. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  readonly reservedBytes: number;
}

/** A budget over all requests: bodies are bounded one by one, and a thousand of the largest would still fill the memory. */
export function createBodyBudget(maxBytes: number): BodyBudget {
  let reservedBytes = 0;
  return {
    reserve(bytes) {
      if (reservedBytes + bytes > maxBytes) return false;
      reservedBytes += bytes;
      return true;
    },
    release(bytes) {
      reservedBytes -= bytes;
    },
    get reservedBytes() {
      return reservedBytes;
    },
  };
}

/** A part of a budget, for what would otherwise take all of it: its bytes count in both. */
export function shareOf(budget: BodyBudget, maxBytes: number): BodyBudget {
  const own = createBodyBudget(maxBytes);
  return {
    reserve(bytes) {
      if (!own.reserve(bytes)) return false;
      if (budget.reserve(bytes)) return true;
      own.release(bytes);
      return false;
    },
    release(bytes) {
      own.release(bytes);
      budget.release(bytes);
    },
    get reservedBytes() {
      return own.reservedBytes;
    },
  };
}
