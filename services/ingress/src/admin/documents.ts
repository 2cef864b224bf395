import type { KeyView, UserView } from '#contracts/accounts.ts';
import type { BalanceView } from '#contracts/billing.ts';
import { balanceDocument } from '../http/balance-document.ts';
import { multiplierText } from './multiplier.ts';

/** A user as the admin API shows it. */
export function userDocument(user: UserView, balance: BalanceView) {
  return {
    id: user.userId,
    object: 'user',
    name: user.name,
    email: user.email,
    requests_per_minute: user.requestsPerMinute,
    multiplier: multiplierText(user.multiplierBasisPoints),
    created_at: timeText(user.createdAtMs),
    balance: balanceDocument(balance),
    keys: user.keys.map(keyDocument),
  };
}

/** A key as the admin API shows it: never the key itself. */
export function keyDocument(key: KeyView) {
  return {
    id: key.keyId,
    object: 'api_key',
    name: key.name,
    prefix: key.prefix,
    revoked: key.isRevoked,
    created_at: timeText(key.createdAtMs),
  };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
