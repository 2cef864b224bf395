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
