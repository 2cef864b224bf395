import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { Fault } from '#errors/fault.ts';
import { type ServedService, servedService } from '#rpc/served-service.ts';
import type { Quota } from '../quota.ts';

/** Users asked about in one call: a page of the admin's list, or those a metric is kept for. */
const BALANCES_MAX_USERS = 1_000;

/** gateway.quota.v1.QuotaService, of the leader. */
export function quotaService(quota: Pick<Quota, 'balances' | 'openHolds' | 'position'>): ServedService {
  return servedService(QuotaService, {
    getBalances: async ({ userIds }) => {
      if (userIds.length > BALANCES_MAX_USERS) {
        const message = `At most ${BALANCES_MAX_USERS} users can be asked about at once.`;
        throw new Fault({ code: 'invalid_request', message, param: 'user_ids' });
      }
      return { balances: [...(await quota.balances(userIds))] };
    },
    getStats: async () => ({ openHolds: quota.openHolds(), position: BigInt(quota.position()) }),
  });
}
