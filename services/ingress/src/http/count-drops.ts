import type { Server } from 'node:http';
import type { Logger } from '#telemetry/logger.ts';

/** A flood of connections must not become a flood of lines. */
const SAY_EVERY_MS = 10_000;

/** Counts connections that are closed unanswered, there being as many as may be, and says so from time to time. */
export function countDrops(server: Server, logger: Logger): () => number {
  let connectionsDropped = 0;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  server.on('drop', () => {
    connectionsDropped++;
    const nowMs = performance.now();
    if (nowMs - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = nowMs;
    logger.warn({ connectionsDropped }, 'as many connections are open as may be; more are closed unanswered');
  });
  return () => connectionsDropped;
}
