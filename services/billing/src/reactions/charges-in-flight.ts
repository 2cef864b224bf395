import type { ChargeableRequest } from '../domain/open-request/open-requests.ts';

/** Charges decided or on their way into the log: four of the log's largest batches, so that it never waits for more. */
export const CHARGES_IN_FLIGHT_MAX = 2_048;

/** The charges that wait for their turn or run, one of a request at a time. */
export interface ChargesInFlight {
  /** Returns at once; it begins after the work at hand. */
  enqueue(request: ChargeableRequest): void;
  /** Begins it now, unless one of the request runs. */
  start(request: ChargeableRequest): void;
  /** Of a request, the run under way; never rejects. */
  runOf(requestId: string): Promise<void> | undefined;
  /** Undefined where there is room for more; else resolves when there is. */
  room(): Promise<void> | undefined;
  size(): number;
  /** Begins what waits, and resolves when all have ended. */
  drain(): Promise<void>;
}

/** `charge` must not reject. */
export function createChargesInFlight(charge: (request: ChargeableRequest) => Promise<void>): ChargesInFlight {
  const running = new Map<string, Promise<void>>();
  let waiting: ChargeableRequest[] = [];
  let roomMade: PromiseWithResolvers<void> | undefined;
  const size = (): number => running.size + waiting.length;

  function startWaiting(): void {
    const starting = waiting;
    waiting = [];
    for (const request of starting) start(request);
    makeRoom();
  }

  /** A second charge of a request would only find what the first has done. */
  function start(request: ChargeableRequest): void {
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
