import { runModules } from '#host/run-modules.ts';
import { USAGE_EXIT_CODE } from '#host/run-service.ts';
import type { GatewayModule, ServiceName } from '#host/service-module.ts';

/** In the order in which they are led. Only what is run is loaded. */
const modules: Readonly<Record<ServiceName, () => Promise<GatewayModule>>> = {
  journal: async () => (await import('../../journal/src/module.ts')).journalModule,
  accounts: async () => (await import('../../accounts/src/module.ts')).accountsModule,
  quota: async () => (await import('../../quota/src/module.ts')).quotaModule,
  billing: async () => (await import('../../billing/src/module.ts')).billingModule,
  router: async () => (await import('../../router/src/module.ts')).routerModule,
  ingress: async () => (await import('../../ingress/src/module.ts')).ingressModule,
};
const known = Object.keys(modules) as readonly ServiceName[];

const given = process.argv.slice(2);
const chosen = known.filter((name) => given.includes(name));
if (chosen.length === 0) {
  process.stderr.write(`Name the services to run in one process, of ${known.join(', ')}.\n`);
  process.exit(USAGE_EXIT_CODE);
}
await runModules(await Promise.all(chosen.map((name) => modules[name]())), {
  command: `node services/together/src/main.ts ${chosen.join(' ')}`,
  args: given.filter((argument) => !chosen.some((name) => name === argument)),
});
