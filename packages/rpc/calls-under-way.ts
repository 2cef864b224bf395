/** A server's running unary calls. Streams are not among them. */
export interface CallsUnderWay {
  /** Returns a function that ends the call. */
  begin(): () => void;
  /** Resolves when no call runs, after `timeoutMs` at the latest. */
  idle(timeoutMs: number): Promise<void>;
}

export function createCallsUnderWay(): CallsUnderWay {
  let count = 0;
  let waiting: (() => void)[] = [];

  function end(): void {
    count -= 1;
    if (count > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }

  return {
    begin() {
      count += 1;
      return end;
    },
    async idle(timeoutMs) {
      if (count === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      const timer = setTimeout(resolve, timeoutMs);
      await promise;
      clearTimeout(timer);
    },
  };
}
