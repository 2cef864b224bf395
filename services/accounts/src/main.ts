import type { ActiveKey } from '#api-keys/key-ring.ts';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import { required } from '#host/host.ts';
import { leadService, startProjections } from '#host/lead-service.ts';
import { runService } from '#host/run-service.ts';
import { serveGrpc } from '#host/serve-grpc.ts';
import type { KeptProjections } from '#journal/kept-projections.ts';
import { projectionsService } from '#journal/projections-service.ts';
import { createAccountCommands } from './accounts.ts';
import { readActiveKeys } from './adapters/read-active-keys.ts';
import { accountsService } from './api/accounts-service.ts';
import { directory } from './projections/directory.ts';

await runService({
  name: 'accounts',
  hasSchema: true,
  usage: `Users, API keys, top-ups. Of several processes one leads, the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN, GATEWAY_KEY_PEPPER.
`,
  async start(host) {
    const { logger } = host;
    const { keyPepper } = required(host, { keyPepper: 'GATEWAY_KEY_PEPPER' });
    const leadership = await leadService(host);
    const { pool, term, isLeading, afterLease } = leadership;
    const reached = Promise.withResolvers<KeptProjections['reached']>();
    const awaitProjection = async (name: string, position: number) => (await reached.promise)(name, position);
    const accounts = createAccountCommands({
      config: { keyPepper },
      journal: term.journal,
      pool,
      logger,
      awaitProjection,
    });
    const projections = await startProjections(host, leadership, accounts.projections);
    reached.resolve(projections.reached);
    const service = accountsService({
      accounts,
      async exportKeys() {
        await projections.reached(directory.name, await term.journal.head());
        const keys: ActiveKey[] = [];
        const position = await readActiveKeys(pool, (key) => keys.push(key));
        return { position, keys };
      },
    });
    const services = [service, projectionsService(projections), deadLettersService(projections.deadLetters)];
    await serveGrpc(host, services, { isServing: isLeading, afterLease });
  },
});
