import type { Payer } from '#contracts/admin-needs.ts';
import type { WindowId } from '../domain/limit/limit-counters.ts';
import type { Reservation } from '../domain/limit/reservation.ts';

/** What is set aside for a request: money of a payer, and a part of each limit that it counts against. */
export interface PendingAdmission {
  readonly requestId: string;
  readonly payer: Payer;
  readonly holdNanoUsd: bigint;
  readonly reservations: readonly Reservation[];
}

/**
 * Sums of what is set aside for some requests. Those of the admissions that are decided and not yet folded make that a user's
 * next request need not wait for the commit of the last: the money and the places in the windows count as taken from the
 * decision on. Such an admission leaves when its event is folded, or when it is certain that it never will be.
 */
export interface PendingAdmissions {
  add(admission: PendingAdmission): void;
  /** Returns false where there is none of that id. */
  remove(requestId: string): boolean;
  find(requestId: string): PendingAdmission | undefined;
  size(): number;
  nanoUsdOf(payer: Payer): bigint;
  heldOf(limitId: string, window: WindowId): bigint;
}

/** What is set aside in one window of a limit. */
interface WindowSum extends WindowId {
  amount: bigint;
}

export function createPendingAdmissions(): PendingAdmissions {
  const admissions = new Map<string, PendingAdmission>();
  /** By kind and id: a key made of both for each look-up would be hashed each time. */
  const money: Readonly<Record<Payer['kind'], Map<string, bigint>>> = {
    user: new Map(),
    team: new Map(),
    organisation: new Map(),
  };
  /** By limit: hardly ever of more than one window. A key of limit and window made for each look-up took half of a decision. */
  const windows = new Map<string, WindowSum[]>();

  function count({ payer, holdNanoUsd, reservations }: PendingAdmission, isTaken: boolean): void {
    const ofKind = money[payer.kind];
    const before = ofKind.get(payer.id) ?? 0n;
    const sum = isTaken ? before + holdNanoUsd : before - holdNanoUsd;
    if (sum === 0n) ofKind.delete(payer.id);
    else ofKind.set(payer.id, sum);
    for (const reservation of reservations) {
      addTo(windows, reservation, isTaken ? reservation.amount : -reservation.amount);
    }
  }

  return {
    add(admission) {
      if (admissions.has(admission.requestId)) throw new Error(`request ${admission.requestId} is pending already`);
      admissions.set(admission.requestId, admission);
      count(admission, true);
    },
    remove(requestId) {
      const admission = admissions.get(requestId);
      if (admission === undefined) return false;
      admissions.delete(requestId);
      count(admission, false);
      return true;
    },
    find: (requestId) => admissions.get(requestId),
    size: () => admissions.size,
    nanoUsdOf: ({ kind, id }) => money[kind].get(id) ?? 0n,
    heldOf: (limitId, window) => sumOf(windows.get(limitId), window)?.amount ?? 0n,
  };
}

function sumOf(sums: readonly WindowSum[] | undefined, window: WindowId): WindowSum | undefined {
  if (sums === undefined) return undefined;
  for (const sum of sums) if (sum.startMs === window.startMs && sum.generation === window.generation) return sum;
  return undefined;
}

/** What comes to nothing is forgotten. */
function addTo(windows: Map<string, WindowSum[]>, reservation: Reservation, difference: bigint): void {
  const { limitId, generation, startMs } = reservation;
  const sums = windows.get(limitId);
  const sum = sumOf(sums, reservation);
  if (sums === undefined) windows.set(limitId, [{ generation, startMs, amount: difference }]);
  else if (sum === undefined) sums.push({ generation, startMs, amount: difference });
  else {
    sum.amount += difference;
    if (sum.amount !== 0n) return;
    sums.splice(sums.indexOf(sum), 1);
    if (sums.length === 0) windows.delete(limitId);
  }
}
