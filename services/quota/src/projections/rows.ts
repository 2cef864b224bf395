import type { Account } from '../domain/account/account.ts';
import type { Hold } from '../domain/account/hold.ts';

export const ACCOUNT_COLUMNS =
  'user_id, credited_nano_usd, charged_nano_usd, held_nano_usd, requests_per_minute, multiplier_basis_points, window_start_ms, window_requests';

export const HOLD_COLUMNS = 'request_id, user_id, hold_nano_usd, position, expires_at_ms, state';

/** In the order of ACCOUNT_COLUMNS. */
export type AccountRow = [string, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

/** In the order of HOLD_COLUMNS. */
export type HoldRow = [string, string, bigint, bigint, bigint, Hold['state']];

export function accountFromRow(row: AccountRow): Account {
  const [userId, creditedNanoUsd, chargedNanoUsd, heldNanoUsd, perMinute, multiplier, startMs, requests] = row;
  return {
    userId,
    creditedNanoUsd,
    chargedNanoUsd,
    heldNanoUsd,
    requestsPerMinute: Number(perMinute),
    multiplierBasisPoints: Number(multiplier),
    window: { startMs: Number(startMs), requests: Number(requests) },
  };
}

export function holdFromRow([requestId, userId, holdNanoUsd, position, expiresAtMs, state]: HoldRow): Hold {
  return {
    requestId,
    userId,
    holdNanoUsd,
    position: Number(position),
    expiresAtMs: Number(expiresAtMs),
    state,
  };
}
