/**
 * How many charges are decided or on their way into the log: four of the log's largest batches, so that the log never
 * waits for more.
 */
export const CHARGES_IN_FLIGHT_MAX = 2_048;

/** What is charged: a request's usage, or its copy's. */
interface OfRequest {
  readonly requestId: string;
}

/** The waiting and running charges, at most one for a request at a time. */
export interface ChargesInFlight<R extends OfRequest> {
  /** Returns at once. The charge begins after the current work. */
  enqueue(request: R): void;
  /** Begins the charge now, unless one of the request runs. */
  start(request: R): void;
  /** The running charge of a request. It never rejects. */
  runOf(requestId: string): Promise<void> | undefined;
  /** Undefined if there is room for more; otherwise a promise that resolves when there is. */
  room(): Promise<void> | undefined;
  size(): number;
  /** Begins the waiting charges, and resolves when all have ended. */
  drain(): Promise<void>;
}

/** `charge` must not reject. */
export function createChargesInFlight<R extends OfRequest>(charge: (request: R) => Promise<void>): ChargesInFlight<R> {
  const running = new Map<string, Promise<void>>();
  let waiting: R[] = [];
  let roomMade: PromiseWithResolvers<void> | undefined;
  const size = (): number => running.size + waiting.length;

  function startWaiting(): void {
    const starting = waiting;
    waiting = [];
    for (const request of starting) start(request);
    makeRoom();
  }

  /** A second charge of a request would only find the result of the first. */
  function start(request: R): void {
    const { requestId } = request;
    if (running.has(requestId)) return;
    const run = charge(request).finally(() => {
      running.delete(requestId);
      makeRoom();
    });
    running.set(requestId, run);
  }

  function makeRoom(): void {
    if (roomMade === undefined || size() >= CHARGES_IN_FLIGHT_MAX) return;
    roomMade.resolve();
    roomMade = undefined;
  }

  return {
    enqueue(request) {
      if (waiting.push(request) === 1) setImmediate(startWaiting);
    },
    start,
    runOf: (requestId) => running.get(requestId),
    room() {
      if (size() < CHARGES_IN_FLIGHT_MAX) return undefined;
      roomMade ??= Promise.withResolvers();
      return roomMade.promise;
    },
    size,
    async drain() {
      startWaiting();
      await Promise.all(running.values());
    },
  };
}
