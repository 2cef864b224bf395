/** So many at once: enough to hide the way to the gateway, and far from what would keep others waiting. */
const AT_ONCE = 4;

interface RunAllOptions<Item> {
  readonly run: (item: Item) => Promise<unknown>;
  readonly signal: AbortSignal;
  /** Called when one has begun, and when it is over: with what came of it. */
  readonly onOutcome: (item: Item, outcome: Outcome) => void;
}

/** What became of one. */
export type Outcome =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'failed'; readonly error: unknown };

/** Runs all of them, a few at once. One that fails stops none of the others; after an abort none is begun, and those that run end. */
export async function runAll<Item>(items: readonly Item[], options: RunAllOptions<Item>): Promise<void> {
  const { run, signal, onOutcome } = options;
  const waiting = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (signal.aborted) return;
      onOutcome(item, { state: 'running' });
      try {
        onOutcome(item, { state: 'done', result: await run(item) });
      } catch (error) {
        onOutcome(item, { state: 'failed', error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
