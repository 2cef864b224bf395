import type { ServerResponse } from 'node:http';

/**
 * Writes, and where the client reads slowly waits until it has caught up, so that an answer never piles up in memory;
 * returns whether the client is still there.
 */
export function writeThrough(response: ServerResponse, text: string | Buffer): boolean | Promise<boolean> {
  if (response.destroyed) return false;
  if (response.write(text)) return true;
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
