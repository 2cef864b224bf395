import { adminService } from '#admin-api/admin-service.ts';
import { createAdminTokens } from '#admin-api/admin-tokens.ts';
import { createRemoteLedger } from '#clients/billing/remote-ledger.ts';
import { createRemoteBalances } from '#clients/quota/remote-balances.ts';
import type { BalancesPort, LedgerPort } from '#contracts/admin-needs.ts';
import { peerOf } from '#host/connect-parts.ts';
import { required } from '#host/host.ts';
import type { LeadParts, ServiceModule } from '#host/service-module.ts';
import { systemClock } from '#kernel/clock.ts';
import { createAccounts } from './accounts.ts';
import { policySnapshotOf } from './adapters/read-policy-snapshot.ts';
import { accountsService } from './api/accounts-service.ts';

/** The longest text of a price file, in which a character may take three bytes. */
const PRICE_FILE_MAX_BYTES = 48 * 1024 * 1024;

/** Administration of every resource, as a module of a process. */
export const accountsModule: ServiceModule = {
  name: 'accounts',
  isLed: true,
  schema: {},
  needs: { keyPepper: 'GATEWAY_KEY_PEPPER' },
  usage: `Administration: users, API keys, limits, providers and every other resource, and top-ups. Of several processes one leads,
the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN, GATEWAY_KEY_PEPPER.
GATEWAY_QUOTA_ADDRESSES, GATEWAY_BILLING_ADDRESSES: for balances, limits and the ledger, where these services are in other processes.
`,
  policySnapshot: policySnapshotOf,
  async lead(parts) {
    const { host, journal, awaitProjection, neighbourPorts } = parts;
    const { keyPepper } = required(host, { keyPepper: 'GATEWAY_KEY_PEPPER' });
    const { pool } = parts.database();
    const ledger = openLedger(parts);
    const moneyAndLimits = openBalances(parts);
    const registry = await parts.registry();
    const accounts = createAccounts({
      config: { keyPepper },
      journal,
      pool,
      registry,
      logger: host.logger,
      awaitProjection,
      neighbours: () => ({ ledger, moneyAndLimits, ...neighbourPorts() }),
    });
    const { admin, projections } = accounts;
    return {
      ports: { admin },
      projections,
      services: [accountsService(policySnapshotOf(pool))],
      operatorServices: [adminService(admin)],
      findAdminToken: createAdminTokens({ registry, keyPepper, clock: systemClock }),
      // A price file comes whole.
      grpc: { requestMaxBytes: PRICE_FILE_MAX_BYTES, withMultiplexing: false },
      begin: () => accounts.ready(),
    };
  },
};

/** Billing's ledger in another process; undefined: billing is in this one, or its addresses are not set. */
function openLedger({ host, neighbours }: LeadParts): LedgerPort | undefined {
  const { billingAddresses } = host.config;
  if (neighbours.has('billing') || billingAddresses.length === 0) return undefined;
  const ledger = createRemoteLedger(peerOf(host, billingAddresses));
  host.stack.defer(() => ledger.close());
  return ledger;
}

/** Quota's balances and limits in another process; undefined: quota is in this one, or its addresses are not set. */
function openBalances({ host, neighbours }: LeadParts): BalancesPort | undefined {
  const { quotaAddresses } = host.config;
  if (neighbours.has('quota') || quotaAddresses.length === 0) return undefined;
  const balances = createRemoteBalances(peerOf(host, quotaAddresses));
  host.stack.defer(() => balances.close());
  return balances;
}
