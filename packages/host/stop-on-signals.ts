import type { Logger } from '#telemetry/logger.ts';

/**
 * How long a stop may take beyond the drain of running answers: recording the usage of answers that were broken off,
 * flushing the log, stopping PostgreSQL.
 */
export const STOP_MARGIN_MS = 30_000;

export interface StopOnSignals {
  /** Ends the process without a drain, for example because what it holds in memory is no longer the truth. */
  now(error: Error, reason?: string): void;
}

/**
 * Stops gracefully at the first SIGINT or SIGTERM, and at once at the second. A stop that hangs is cut off: the log has
 * everything durable, and a start recovers the rest.
 */
export function stopOnSignals(logger: Logger, drainTimeoutMs: number, stop: () => Promise<void>): StopOnSignals {
  let isStopping = false;

  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      logger.warn({ signal }, 'stopping at once');
      process.exit(130);
    }
    isStopping = true;
    logger.info({ signal }, 'stopping: running answers end first; the same signal again stops at once');
    setTimeout(() => {
      logger.error('the stop took too long');
      process.exit(1);
    }, drainTimeoutMs + STOP_MARGIN_MS).unref();
    stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error) => {
        logger.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  return {
    now(error, reason = 'what this process holds is no longer the truth; it ends') {
      logger.fatal({ err: error }, reason);
      process.exit(1);
    },
  };
}
