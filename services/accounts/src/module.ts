import { required } from '#host/host.ts';
import type { LeadParts, ServiceModule } from '#host/service-module.ts';
import { createAccounts } from './accounts.ts';
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
    // Keys are looked up where requests come in: what is done with a key here is felt there before it is answered.
    const isBesideIngress = neighbours.has('ingress');
    const awaitRegistry = isBesideIngress ? (await parts.registry()).reached : undefined;
    const accounts = createAccounts({ ...dependencies, awaitRegistry });
    const { projections } = accounts;
    const services = [accountsService(accounts)];
    if (!isBesideIngress) return { projections, services };
    return { projections, services, ports: { accounts }, begin: () => begin(parts) };
  },
};

/** Users are found up to the log's end. */
async function begin({ host, journal, awaitProjection }: LeadParts): Promise<void> {
  const position = await journal.head();
  await untilVisible([awaitProjection(directory.name, position)], { logger: host.logger, position });
}
