import type { ServerResponse } from 'node:http';

/** Waits until the time is over or the client is gone, whichever is first; returns whether the client is still there. */
export function pause(response: ServerResponse, durationMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve(false);
      return;
    }
    const onClose = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      response.off('close', onClose);
      resolve(true);
    }, durationMs);
    response.once('close', onClose);
  });
}

/**
 * Writes, and where the client reads slowly waits until it has caught up, so that an answer never piles up in memory;
 * returns whether the client is still there.
 */
export function writeThrough(response: ServerResponse, text: string): boolean | Promise<boolean> {
  if (response.destroyed) {
    return false;
  }
  if (response.write(text)) {
    return true;
  }
  return new Promise((resolve) => {
    const onDrain = (): void => {
      response.off('close', onClose);
      resolve(true);
    };
    const onClose = (): void => {
      response.off('drain', onDrain);
      resolve(false);
    };
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}
