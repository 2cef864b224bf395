import type { ActiveKey } from '#api-keys/key-ring.ts';
import { closeInTime } from '#host/close-in-time.ts';
import { required } from '#host/host.ts';
import type { LeadParts, Led, ServiceModule } from '#host/service-module.ts';
import { waitFor } from '#host/wait-for.ts';
import { systemClock } from '#kernel/clock.ts';
import { desiredPolicy } from '#policy-seed/desired-policy.ts';
import { seedPolicy } from '#policy-seed/seed-policy.ts';
import { type AccountCommands, type Accounts, createAccountCommands, createAccounts } from './accounts.ts';
import { readActiveKeys } from './adapters/read-active-keys.ts';
import { accountsService } from './api/accounts-service.ts';
import { untilVisible } from './handlers/visible.ts';
import { directory } from './projections/directory.ts';

/** Users, keys and top-ups, as a module of a process. */
export const accountsModule: ServiceModule = {
  name: 'accounts',
  isLed: true,
  schema: {},
  needs: { keyPepper: 'GATEWAY_KEY_PEPPER' },
  usage: `Users, API keys, top-ups. Of several processes one leads, the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN, GATEWAY_KEY_PEPPER.
`,
  async lead(parts) {
    const { host, journal, awaitProjection, neighbours } = parts;
    const { keyPepper } = required(host, { keyPepper: 'GATEWAY_KEY_PEPPER' });
    const { pool } = parts.database();
    const dependencies = { config: { keyPepper }, journal, pool, logger: host.logger, awaitProjection };
    // Keys are looked up where requests come in.
    const seed = () => seedFromConfig(parts);
    if (!neighbours.has('ingress')) return { ...offer(parts, createAccountCommands(dependencies)), begin: seed };
    const accounts = await createAccounts(dependencies);
    host.stack.defer(() => closeInTime(accounts));
    return {
      ...offer(parts, accounts),
      ports: { accounts },
      begin: async () => void (await Promise.all([begin(parts, accounts), seed()])),
    };
  },
};

/** Brings the policy of the configuration into the log. */
async function seedFromConfig({ host, journal, registry: open, bus }: LeadParts): Promise<void> {
  const { config, environment, logger } = host;
  const registry = await open();
  const desired = desiredPolicy(config, environment);
  const seed = (): Promise<number> => seedPolicy({ registry, journal, desired, logger, nowMs: systemClock() });
  // A start that has its log in this process fails with it; between processes the log may be on its way.
  await (bus === undefined ? seed() : waitFor('the log', seed, host));
}

function offer({ database, journal, awaitProjection }: LeadParts, accounts: AccountCommands): Led {
  const service = accountsService({
    accounts,
    async exportKeys() {
      await awaitProjection(directory.name, await journal.head());
      const keys: ActiveKey[] = [];
      const position = await readActiveKeys(database().pool, (key) => keys.push(key));
      return { position, keys };
    },
  });
  return { projections: accounts.projections, services: [service] };
}

/** Keys are known, and users are found, up to the log's end. */
async function begin({ host, journal, awaitProjection }: LeadParts, accounts: Accounts): Promise<void> {
  await accounts.ready();
  const position = await journal.head();
  await untilVisible([awaitProjection(directory.name, position)], { logger: host.logger, position });
}
