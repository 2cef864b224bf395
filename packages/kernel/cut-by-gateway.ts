/** The reason of an abort where the gateway gives an answer up because its process stops, while its client still waits. */
export const GATEWAY_STOPS = new DOMException('The gateway stops.', 'AbortError');

/** The reason of an abort where the process is gone that passed an answer on to its client. */
export const CALLER_LOST = new DOMException('The caller is lost.', 'AbortError');

/** How the gateway itself cut a client off; null: it did not, so that the client has left. */
export type CutByGateway = 'stop' | 'loss' | null;

/** Why a signal was aborted. */
export function cutByGateway({ reason }: Pick<AbortSignal, 'reason'>): CutByGateway {
  if (reason === GATEWAY_STOPS) return 'stop';
  return reason === CALLER_LOST ? 'loss' : null;
}
