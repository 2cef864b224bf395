import { adminService } from '#admin-api/admin-service.ts';
import { createAdminTokens } from '#admin-api/admin-tokens.ts';
import { bodyBytesOf } from '#admin-api/body-bytes.ts';
import { createRemoteLedger } from '#clients/billing/remote-ledger.ts';
import { createRemoteDeadLetters } from '#clients/dead-letters/remote-dead-letters.ts';
import { createRemoteStoredLog } from '#clients/journal/remote-stored-log.ts';
import { createRemoteBalances } from '#clients/quota/remote-balances.ts';
import { createRemoteRouterAdmin, type RemoteRouterAdmin } from '#clients/router/remote-router-admin.ts';
import { keyPlacesFrom } from '#config/key-references.ts';
import { createOutwardGuard } from '#config/outward-guard.ts';
import { privatePlacesFrom } from '#config/private-places.ts';
import type { BalancesPort, LedgerPort } from '#contracts/admin-needs.ts';
import { ImportPricesRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { DeadLettersPort } from '#dead-letters/dead-letters-port.ts';
import { peerOf } from '#host/connect-parts.ts';
import { required } from '#host/host.ts';
import type { LeadParts, ServiceModule } from '#host/service-module.ts';
import { waitFor } from '#host/wait-for.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import { systemClock } from '#kernel/clock.ts';
import { createMasterKey } from '#master-key/master-key.ts';
import { desiredPolicy } from '#policy-seed/desired-policy.ts';
import { seedPolicy } from '#policy-seed/seed-policy.ts';
import { createAccounts } from './accounts.ts';
import { createAlertSender } from './adapters/alerts/alert-sender.ts';
import { createOutwardPost } from './adapters/alerts/outward-post.ts';
import { createSendEmail } from './adapters/alerts/send-email.ts';
import { priceImports } from './adapters/price-imports.ts';
import { policySnapshotOf } from './adapters/read-policy-snapshot.ts';
import { accountsService } from './api/accounts-service.ts';
import type { SendAlert } from './ports.ts';
import { runAlerts } from './reactions/alerts/run-alerts.ts';

/** A price file comes whole. */
const PRICE_FILE_MAX_BYTES = bodyBytesOf(ImportPricesRequestSchema);

/** Administration of every resource, as a module of a process. */
export const accountsModule: ServiceModule = {
  name: 'accounts',
  isLed: true,
  schema: {},
  needs: { keyPepper: 'GATEWAY_KEY_PEPPER' },
  usage: `Administration: users, API keys, limits, providers and every other resource, and top-ups. Of several processes one leads,
the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN, GATEWAY_KEY_PEPPER.
GATEWAY_QUOTA_ADDRESSES, GATEWAY_BILLING_ADDRESSES, GATEWAY_ROUTER_ADDRESSES: for balances and limits, the ledger, and tests of
providers, where these services are in other processes. GATEWAY_MASTER_KEY: seals providers' keys, and the secrets of alert
channels, that are given. GATEWAY_SMTP_URL, GATEWAY_SMTP_FROM: the server that takes mails of alerts, and their sender. The providers,
prices and settings of its configuration, and of its environment, come into the log at its start.
`,
  policySnapshot: policySnapshotOf,
  async lead(parts) {
    const { host, journal, awaitProjection, neighbourPorts } = parts;
    const { keyPepper } = required(host, { keyPepper: 'GATEWAY_KEY_PEPPER' });
    const { pool } = parts.database();
    const ledger = openLedger(parts);
    const moneyAndLimits = openBalances(parts);
    const routerAdmin = openRouterAdmin(parts);
    const storedLog = openStoredLog(parts);
    const deadLettersElsewhere = openDeadLetters(parts);
    const registry = await parts.registry();
    const { masterKey } = host.config;
    const accounts = createAccounts({
      config: { keyPepper },
      journal,
      pool,
      registry,
      logger: host.logger,
      awaitProjection,
      keyPlaces: keyPlacesFrom(host.config, host.environment),
      neighbours: () => ({
        ledger,
        moneyAndLimits,
        routerAdmin,
        storedLog,
        deadLettersElsewhere,
        priceImports: priceImports(registry),
        ...neighbourPorts(),
      }),
      ...(masterKey === undefined ? {} : { sealSecret: createMasterKey(masterKey).seal }),
      sendAlert: alertSender(host),
      metrics: host.metrics,
      isLeading: parts.isLeading,
    });
    host.stack.defer(() => accounts.stop());
    const { admin, projections } = accounts;
    return {
      ports: { admin },
      projections,
      services: [accountsService(policySnapshotOf(pool))],
      operatorServices: [adminService(admin)],
      findAdminToken: createAdminTokens({ registry, keyPepper, clock: systemClock }),
      grpc: { requestMaxBytes: PRICE_FILE_MAX_BYTES, withMultiplexing: false },
      async begin() {
        await accounts.ready();
        await seed(parts);
        const alerts = runAlerts(accounts.watchAlerts, {
          intervalMs: host.config.alertIntervalMs,
          logger: host.logger,
        });
        host.stack.defer(() => alerts.stop());
      },
    };
  },
};

/** Sends alerts from this process, to where it may connect. */
function alertSender({ config, environment }: LeadParts['host']): SendAlert {
  const { masterKey: hexKeys, smtpUrl, smtpFrom } = config;
  const masterKey = hexKeys === undefined ? undefined : createMasterKey(hexKeys);
  return createAlertSender({
    outward: createOutwardPost({ guard: createOutwardGuard(privatePlacesFrom(config, environment)) }),
    sendEmail: smtpUrl && smtpFrom ? createSendEmail({ url: smtpUrl, from: smtpFrom }) : undefined,
    open(sealed, boundTo) {
      const opened = masterKey?.open(sealed, boundTo);
      return opened !== undefined && 'secret' in opened ? opened.secret : undefined;
    },
    clock: systemClock,
  });
}

/** Brings the policy of the configuration into the log. */
async function seed({ host, journal, registry: open, bus }: LeadParts): Promise<void> {
  const { config, environment, logger } = host;
  const registry = await open();
  const desired = desiredPolicy(config, environment);
  const write = (): Promise<number> => seedPolicy({ registry, journal, desired, logger, nowMs: systemClock() });
  // A start with the log in its own process fails with the log. Between processes the log may be on its way.
  await (bus === undefined ? write() : waitFor('the log', write, host));
}

/** Billing's ledger in another process; undefined: billing is in this one, or its addresses are not set. */
function openLedger({ host, neighbours }: LeadParts): LedgerPort | undefined {
  const { billingAddresses } = host.config;
  if (neighbours.has('billing') || billingAddresses.length === 0) return undefined;
  const ledger = createRemoteLedger(peerOf(host, billingAddresses));
  host.stack.defer(() => ledger.close());
  return ledger;
}

/** A router in another process, for what administration asks of it; undefined: a router is in this one, or its addresses are not set. */
function openRouterAdmin({ host, neighbours }: LeadParts): RemoteRouterAdmin | undefined {
  const { routerAddresses } = host.config;
  if (neighbours.has('router') || routerAddresses.length === 0) return undefined;
  const admin = createRemoteRouterAdmin(peerOf(host, routerAddresses));
  host.stack.defer(() => admin.close());
  return admin;
}

/** The dead letters of the other services that keep any, where they are in other processes. */
function openDeadLetters({ host, neighbours }: LeadParts): ReadonlyMap<string, DeadLettersPort> {
  const { quotaAddresses, billingAddresses } = host.config;
  const addresses = { quota: quotaAddresses, billing: billingAddresses };
  const ports = new Map<string, DeadLettersPort>();
  for (const service of ['quota', 'billing'] as const) {
    if (neighbours.has(service) || addresses[service].length === 0) continue;
    const remote = createRemoteDeadLetters(peerOf(host, addresses[service]));
    host.stack.defer(() => remote.close());
    ports.set(service, remote);
  }
  return ports;
}

/** The stored log of another process; undefined: the log is in this one, or its addresses are not set. */
function openStoredLog({ host, neighbours }: LeadParts): StoredLog | undefined {
  const { journalAddresses } = host.config;
  if (neighbours.has('journal') || journalAddresses.length === 0) return undefined;
  const log = createRemoteStoredLog(peerOf(host, journalAddresses));
  host.stack.defer(() => log.close());
  return log;
}

/** Quota's balances and limits in another process; undefined: quota is in this one, or its addresses are not set. */
function openBalances({ host, neighbours }: LeadParts): BalancesPort | undefined {
  const { quotaAddresses } = host.config;
  if (neighbours.has('quota') || quotaAddresses.length === 0) return undefined;
  const balances = createRemoteBalances(peerOf(host, quotaAddresses));
  host.stack.defer(() => balances.close());
  return balances;
}
