import type { EventBodies } from '#contracts/events.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';

/** A recorded usage, with the parts of the envelope that its charge needs. */
export interface UsageOnRecord {
  /** The usage's position; known only if it was read from the log. */
  readonly position?: number | undefined;
  readonly eventId: string;
  readonly recordedAtMs: number;
  readonly data: EventBodies['UsageRecorded'];
  /** The step of a trace that it belongs to; known only if it was just recorded. */
  readonly traceparent?: string | undefined;
}

/** A request that is neither charged nor expired. */
export interface OpenRequest {
  readonly requestId: string;
  /** Undefined if the usage was seen and the admission was not. The admission then has to be read from the log. */
  readonly admission: EventBodies['RequestAdmitted'] | undefined;
  readonly usage: UsageOnRecord | undefined;
}

export interface ChargeableRequest extends OpenRequest {
  readonly usage: UsageOnRecord;
}

/** The requests that are admitted and not at their end, in memory. The open holds bound their number. */
export interface OpenRequests {
  /** Folds one event. Returns the request if the event makes it ready to charge. */
  fold(event: RecordedEvent): ChargeableRequest | undefined;
  restore(request: OpenRequest): void;
  has(requestId: string): boolean;
  forget(requestId: string): void;
  /** The request, if it has a usage and no charge. */
  findChargeable(requestId: string): ChargeableRequest | undefined;
  /** All requests with a usage and no charge. */
  chargeable(): ChargeableRequest[];
  size(): number;
}

export function createOpenRequests(): OpenRequests {
  const open = new Map<string, OpenRequest>();

  function recordUsage(event: RecordedEvent<'UsageRecorded'>): ChargeableRequest | undefined {
    const { requestId } = event.data;
    const before = open.get(requestId);
    // The event came again after a failure, and its charge is under way.
    if (before?.usage !== undefined) return undefined;
    const { position, eventId, recordedAtMs, data, traceparent } = event;
    const usage = { position, eventId, recordedAtMs, data, ...(traceparent === undefined ? {} : { traceparent }) };
    const request = { requestId, admission: before?.admission, usage };
    open.set(requestId, request);
    return request;
  }

  return {
    fold(event) {
      switch (event.type) {
        case 'RequestAdmitted': {
          const { requestId } = event.data;
          if (!open.has(requestId)) open.set(requestId, { requestId, admission: event.data, usage: undefined });
          return undefined;
        }
        case 'UsageRecorded':
          return recordUsage(event);
        case 'ChargePosted':
        case 'HoldExpired':
          open.delete(event.data.requestId);
          return undefined;
        default:
          return undefined;
      }
    },
    restore: (request) => void open.set(request.requestId, request),
    has: (requestId) => open.has(requestId),
    forget: (requestId) => void open.delete(requestId),
    findChargeable(requestId) {
      const request = open.get(requestId);
      return request !== undefined && isChargeable(request) ? request : undefined;
    },
    chargeable: () => [...open.values()].filter(isChargeable),
    size: () => open.size,
  };
}

function isChargeable(request: OpenRequest): request is ChargeableRequest {
  return request.usage !== undefined;
}
