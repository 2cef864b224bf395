import type { Logger } from '#telemetry/logger.ts';

/** Runs `sweep` at an interval, never twice at a time; one that fails is logged and tried again at the next. */
export function startSweeping(
  intervalMs: number,
  logger: Logger,
  sweep: () => Promise<void>,
): { /** Ends after the sweep under way. */ close(): Promise<void> } {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= sweep()
      .catch((error: unknown) => logger.error({ err: error }, 'holds could not be swept'))
      .finally(() => {
        underWay = undefined;
      });
  }, intervalMs);
  // A sweep alone is no reason for the process to stay.
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}
