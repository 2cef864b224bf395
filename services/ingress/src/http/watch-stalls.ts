import { dropClient } from './cut.ts';
import type { Exchange } from './exchange.ts';

/** How often answers are looked at: often enough for a stall time of a minute, and nothing beside what they cost. */
const LOOK_EVERY_MS = 1_000;

/** How long a client may take nothing while memory for answers is short, or the gateway stops: a few round trips. */
const HURRIED_STALL_MS = 5_000;

/** Looks in one stall time, where that is short. */
const LOOKS_PER_STALL = 4;

/**
 * Watches every answer, of whatever kind, for a client that takes nothing of what waits for it; one that takes some, be
 * it little, is not stalled. A client that takes nothing for `clientStallTimeoutMs` loses its connection, sooner while
 * `isHurried()`. Returns what ends the watch.
 *
 * What a client has taken is known when the kernel has room, which is when a third or so of its buffer is free.
 */
export function watchStalls(
  open: ReadonlySet<Exchange>,
  { clientStallTimeoutMs }: { readonly clientStallTimeoutMs: number },
  isHurried: () => boolean,
): () => void {
  const look = (): void => {
    const nowMs = performance.now();
    const timeoutMs = isHurried() ? Math.min(HURRIED_STALL_MS, clientStallTimeoutMs) : clientStallTimeoutMs;
    for (const exchange of open) {
      if (isMoving(exchange)) exchange.progress.movedAtMs = nowMs;
      else if (nowMs - exchange.progress.movedAtMs >= timeoutMs) dropClient(exchange);
    }
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, clientStallTimeoutMs / LOOKS_PER_STALL));
  timer.unref();
  return () => clearInterval(timer);
}

function isMoving({ response, progress }: Exchange): boolean {
  const { socket } = response;
  // Behind another answer of its connection, or with nothing for the client to take: nobody waits for the client.
  if (socket === null || response.writableLength === 0) return true;
  const takenBytes = socket.bytesWritten - socket.writableLength;
  const hasTaken = takenBytes !== progress.takenBytes;
  progress.takenBytes = takenBytes;
  return hasTaken;
}
