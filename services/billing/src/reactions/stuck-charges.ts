import type { Failure } from '#dead-letters/dead-letter.ts';
import type { ChargeableRequest } from '../domain/open-request/open-requests.ts';

/**
 * A stuck usage is tried again after the first pause, then after twice as long each time, up to this many times the
 * first pause.
 */
const RETRY_GROWTH_MAX = 10;

interface StuckCharge {
  readonly request: ChargeableRequest;
  readonly failure: Failure;
  readonly retryMs: number;
  readonly dueAtMs: number;
}

/**
 * The usages that cannot be charged for now, the last tried at the end. These are the open requests' own objects, not
 * copies.
 */
export interface StuckCharges {
  /** A try failed. */
  add(request: ChargeableRequest, failure: Failure, nowMs: number): void;
  find(requestId: string): Omit<StuckCharge, 'retryMs' | 'dueAtMs'> | undefined;
  delete(requestId: string): void;
  /** Those whose pause is over, the longest untried first. */
  due(nowMs: number): Iterable<ChargeableRequest>;
  size(): number;
}

export function createStuckCharges(retryFirstMs: number): StuckCharges {
  const stuck = new Map<string, StuckCharge>();
  return {
    add(request, failure, nowMs) {
      const beforeMs = stuck.get(request.requestId)?.retryMs;
      const retryMs = Math.min(beforeMs === undefined ? retryFirstMs : beforeMs * 2, retryFirstMs * RETRY_GROWTH_MAX);
      stuck.delete(request.requestId);
      stuck.set(request.requestId, { request, failure, retryMs, dueAtMs: nowMs + retryMs });
    },
    find: (requestId) => stuck.get(requestId),
    delete: (requestId) => void stuck.delete(requestId),
    *due(nowMs) {
      for (const { request, dueAtMs } of stuck.values()) if (dueAtMs <= nowMs) yield request;
    },
    size: () => stuck.size,
  };
}
