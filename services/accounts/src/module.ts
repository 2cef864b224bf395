import type { ActiveKey } from '#api-keys/key-ring.ts';
import { closeInTime } from '#host/close-in-time.ts';
import { required } from '#host/host.ts';
import type { LeadParts, Led, ServiceModule } from '#host/service-module.ts';
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
    if (!neighbours.has('ingress')) return offer(parts, createAccountCommands(dependencies));
    const accounts = await createAccounts(dependencies);
    host.stack.defer(() => closeInTime(accounts));
    return { ...offer(parts, accounts), ports: { accounts }, begin: () => begin(parts, accounts) };
  },
};

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
