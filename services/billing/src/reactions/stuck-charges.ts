import type { Failure } from '#dead-letters/dead-letter.ts';
import type { ChargeableRequest } from '../domain/open-request/open-requests.ts';

/**
 * A stuck usage is tried again after the first pause, then after twice as long each time, up to this many times the
 * first pause.
 */
const RETRY_GROWTH_MAX = 10;

interface OfRequest {
  readonly requestId: string;
}

export interface StuckCharge<R extends OfRequest = ChargeableRequest> {
  readonly request: R;
  /** The usage's position; undefined if the log did not give its stream. */
  readonly position: number | undefined;
  /** Why the last try failed. */
  readonly failure: Failure;
  /** The number of tries by this process. */
  readonly tries: number;
  readonly lastTriedAtMs: number;
}

interface Waiting<R extends OfRequest> extends StuckCharge<R> {
  readonly retryMs: number;
}

/**
 * The usages that cannot be charged for now, the last tried at the end. These are the open requests' own objects, not
 * copies.
 */
export interface StuckCharges<R extends OfRequest = ChargeableRequest> {
  /** A try failed. */
  add(failed: Omit<StuckCharge<R>, 'tries'>): void;
  find(requestId: string): StuckCharge<R> | undefined;
  delete(requestId: string): void;
  /** Those whose pause is over, the longest untried first. */
  due(nowMs: number): Iterable<R>;
  all(): Iterable<StuckCharge<R>>;
  size(): number;
}

export function createStuckCharges<R extends OfRequest = ChargeableRequest>(retryFirstMs: number): StuckCharges<R> {
  const stuck = new Map<string, Waiting<R>>();
  return {
    add(failed) {
      const { requestId } = failed.request;
      const before = stuck.get(requestId);
      const retryMs =
        before === undefined ? retryFirstMs : Math.min(before.retryMs * 2, retryFirstMs * RETRY_GROWTH_MAX);
      stuck.delete(requestId);
      stuck.set(requestId, { ...failed, tries: (before?.tries ?? 0) + 1, retryMs });
    },
    find: (requestId) => stuck.get(requestId),
    delete: (requestId) => void stuck.delete(requestId),
    *due(nowMs) {
      for (const { request, lastTriedAtMs, retryMs } of stuck.values()) {
        if (lastTriedAtMs + retryMs <= nowMs) yield request;
      }
    },
    all: () => stuck.values(),
    size: () => stuck.size,
  };
}
