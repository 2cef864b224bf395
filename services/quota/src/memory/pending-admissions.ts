/** An admission that was decided and is not yet in the fold. */
export interface PendingAdmission {
  readonly requestId: string;
  readonly userId: string;
  readonly holdNanoUsd: bigint;
  readonly windowStartMs: number;
}

/**
 * What is promised but not yet read back from the log, so that a user's next request need not wait for the commit of the
 * last: the money and the place in the window count as taken from the decision on. An admission leaves when its event is
 * folded, or when it is certain that it never will be.
 */
export interface PendingAdmissions {
  add(admission: PendingAdmission): void;
  /** Returns false where there is none of that id. */
  remove(requestId: string): boolean;
  find(requestId: string): PendingAdmission | undefined;
  size(): number;
  nanoUsdOf(userId: string): bigint;
  requestsOf(userId: string, windowStartMs: number): number;
}

/** Of one user. */
interface Pending {
  count: number;
  nanoUsd: bigint;
  readonly requestsByWindow: Map<number, number>;
}

export function createPendingAdmissions(): PendingAdmissions {
  const admissions = new Map<string, PendingAdmission>();
  const users = new Map<string, Pending>();

  function ofUser(userId: string): Pending {
    let pending = users.get(userId);
    if (pending === undefined) {
      pending = { count: 0, nanoUsd: 0n, requestsByWindow: new Map() };
      users.set(userId, pending);
    }
    return pending;
  }

  return {
    add(admission) {
      if (admissions.has(admission.requestId)) throw new Error(`request ${admission.requestId} is pending already`);
      admissions.set(admission.requestId, admission);
      const pending = ofUser(admission.userId);
      pending.count += 1;
      pending.nanoUsd += admission.holdNanoUsd;
      countIn(pending.requestsByWindow, admission.windowStartMs, 1);
    },
    remove(requestId) {
      const admission = admissions.get(requestId);
      if (admission === undefined) return false;
      admissions.delete(requestId);
      const pending = ofUser(admission.userId);
      pending.count -= 1;
      pending.nanoUsd -= admission.holdNanoUsd;
      countIn(pending.requestsByWindow, admission.windowStartMs, -1);
      if (pending.count === 0) users.delete(admission.userId);
      return true;
    },
    find: (requestId) => admissions.get(requestId),
    size: () => admissions.size,
    nanoUsdOf: (userId) => users.get(userId)?.nanoUsd ?? 0n,
    requestsOf: (userId, windowStartMs) => users.get(userId)?.requestsByWindow.get(windowStartMs) ?? 0,
  };
}

function countIn(requestsByWindow: Map<number, number>, windowStartMs: number, difference: number): void {
  const requests = (requestsByWindow.get(windowStartMs) ?? 0) + difference;
  if (requests === 0) requestsByWindow.delete(windowStartMs);
  else requestsByWindow.set(windowStartMs, requests);
}
