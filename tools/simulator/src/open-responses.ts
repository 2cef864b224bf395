import type { Server, ServerResponse } from 'node:http';

/** Answers that take longer than this to end are cut when the simulator stops. */
const CLOSE_GRACE_MS = 2_000;

/** The answers that are under way, so that stopping can wait for them and for nothing else. */
export interface OpenResponses {
  track(response: ServerResponse): void;
  /** Leaves a response open until its client goes away or the server stops. */
  hold(response: ServerResponse): void;
  /** Stops listening, drops what is held, lets the rest end for a moment, then closes every connection. */
  close(server: Server): Promise<void>;
}

export function createOpenResponses(): OpenResponses {
  const held = new Set<ServerResponse>();
  let open = 0;
  let whenNone = (): void => {};
  // All responses share one listener: a closure for each would cost time on the hot path.
  const onClose = (): void => {
    open -= 1;
    if (open === 0) whenNone();
  };

  return {
    track: (response) => {
      open += 1;
      response.once('close', onClose);
    },
    hold: (response) => {
      held.add(response);
      response.once('close', () => held.delete(response));
    },
    close: (server) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        // A connection that has not asked anything yet is not idle to Node, and would be waited for.
        whenNone = () => server.closeAllConnections();
        for (const response of held) {
          response.destroy();
        }
        if (open === 0) whenNone();
      }),
  };
}
