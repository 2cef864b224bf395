/** Tells those who wait that what was set aside for some request is free, or used. */
export interface Outcomes {
  /** Resolves with the next outcome, or after so many ms. Those of one batch of the log are told together. */
  next(withinMs: number): Promise<void>;
  tell(): void;
}

export function createOutcomes(): Outcomes {
  let waiting: (() => void)[] = [];
  return {
    next: (withinMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
    tell() {
      const told = waiting;
      waiting = [];
      for (const resolve of told) resolve();
    },
  };
}
