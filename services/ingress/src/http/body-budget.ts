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
