import type { EventBodies } from '#contracts/events.ts';
import type { PayerKind } from '#contracts/payer.ts';
import type { Account } from '../domain/account/account.ts';
import type { Hold } from '../domain/account/hold.ts';
import type { Counter } from '../domain/limit/counter.ts';
import type { LimitCounters } from '../domain/limit/limit-counters.ts';
import { reservationFromEvent } from '../domain/limit/reservation.ts';

export const ACCOUNT_COLUMNS =
  'payer_kind, payer_id, credited_nano_usd, debited_nano_usd, charged_nano_usd, held_nano_usd';

export const HOLD_COLUMNS =
  'request_id, user_id, payer_kind, payer_id, hold_nano_usd, reservations, position, expires_at_ms, state';

export const COUNTER_COLUMNS = 'limit_id, generation, window_start_ms, is_current, used, held';

/** In the order of ACCOUNT_COLUMNS. */
export type AccountRow = [PayerKind, string, bigint, bigint, bigint, bigint];

/** In the order of HOLD_COLUMNS. */
export type HoldRow = [string, string, PayerKind, string, bigint, string, bigint, bigint, Hold['state']];

/** In the order of COUNTER_COLUMNS. */
export type CounterRow = [string, bigint, bigint, boolean, bigint, bigint];

export function accountFromRow(row: AccountRow): Account {
  const [kind, id, creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, heldNanoUsd] = row;
  return { payer: { kind, id }, creditedNanoUsd, debitedNanoUsd, chargedNanoUsd, heldNanoUsd };
}

export function holdFromRow(row: HoldRow): Hold {
  const [requestId, userId, kind, id, holdNanoUsd, reservations, position, expiresAtMs, state] = row;
  const bodies: EventBodies['RequestAdmitted']['reservations'] = JSON.parse(reservations);
  return {
    requestId,
    userId,
    payer: { kind, id },
    holdNanoUsd,
    reservations: bodies.map(reservationFromEvent),
    position: Number(position),
    expiresAtMs: Number(expiresAtMs),
    state,
  };
}

/** The counters of each limit in the rows, which have each limit's current one. */
export function countersFromRows(rows: readonly CounterRow[]): Map<string, LimitCounters> {
  const currents = new Map<string, Counter>();
  const others = new Map<string, Counter[]>();
  for (const [limitId, generation, startMs, isCurrent, used, held] of rows) {
    const counter: Counter = { generation: Number(generation), startMs: Number(startMs), used, held };
    if (isCurrent) currents.set(limitId, counter);
    else others.set(limitId, [...(others.get(limitId) ?? []), counter]);
  }
  const counters = new Map<string, LimitCounters>();
  for (const [limitId, current] of currents) counters.set(limitId, { current, others: others.get(limitId) ?? [] });
  return counters;
}
