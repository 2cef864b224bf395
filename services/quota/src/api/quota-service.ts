import {
  debitFromWire,
  debitOutcomeToWire,
  limitStateToWire,
  payerBalanceToWire,
  payerFromWire,
} from '#clients/quota/balances-wire.ts';
import { quoteRequestFromWire, quoteToWire } from '#clients/quota/quote-wire.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { Fault } from '#errors/fault.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { Quota } from '../quota.ts';

/** Users, payers or limits asked about in one call: a page of the admin's list, or those a metric is kept for. */
const ASKED_AT_ONCE_MAX = 1_000;

/** gateway.quota.v1.QuotaService, of the leader. */
export function quotaService(
  quota: Pick<
    Quota,
    'quote' | 'balances' | 'balancesOf' | 'debit' | 'limitStates' | 'heldInAll' | 'openHolds' | 'position'
  >,
): ServedService {
  return servedService(QuotaService, {
    getBalances: async ({ userIds, teamIds }) => {
      checkCount(userIds, 'user_ids');
      return { balances: [...(await quota.balances(userIds, teamIds))] };
    },
    getPayerBalances: async ({ payers }) => {
      checkCount(payers, 'payers');
      const balances = await quota.balancesOf(payers.map(payerFromWire));
      return { balances: balances.map(payerBalanceToWire) };
    },
    getQuote: async ({ request }) => quoteToWire(await quota.quote(quoteRequestFromWire(request))),
    debit: async (request) => debitOutcomeToWire(await quota.debit(debitFromWire(request))),
    getLimitStates: async ({ limitIds }) => {
      checkCount(limitIds, 'limit_ids');
      return { states: (await quota.limitStates(limitIds)).map(limitStateToWire) };
    },
    getStats: async () => ({
      openHolds: quota.openHolds(),
      position: BigInt(quota.position()),
      heldNanoUsd: await quota.heldInAll(),
    }),
  });
}

function checkCount(asked: readonly unknown[], param: string): void {
  if (asked.length <= ASKED_AT_ONCE_MAX) return;
  throw new Fault({
    code: 'invalid_request',
    message: `At most ${ASKED_AT_ONCE_MAX} can be asked about at once.`,
    param,
  });
}
