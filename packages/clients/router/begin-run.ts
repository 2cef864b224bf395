import type { CompleteFrame } from '#contracts/router.ts';

/**
 * Begins a run when it is called, not when its first frame is asked for: a router of one's own process does so, and a
 * request whose admission is still being written is to be under way meanwhile. Who returns without having read ends it.
 */
export function beginRun(
  run: (signal: AbortSignal) => AsyncGenerator<CompleteFrame, void, undefined>,
  signal: AbortSignal,
): AsyncIterable<CompleteFrame> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(signal.aborted ? signal.reason : undefined);
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  const frames = run(leaving.signal);
  let first: Promise<IteratorResult<CompleteFrame, void>> | undefined = frames.next();
  // Told to whoever asks for it.
  first.catch(() => undefined);
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const next = first ?? frames.next();
        first = undefined;
        return next;
      },
      return() {
        leave();
        return frames.return();
      },
    }),
  };
}
