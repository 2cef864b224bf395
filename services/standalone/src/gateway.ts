import { hostname } from 'node:os';
import { createIdentifyKey } from '#api-keys/identify-key.ts';
import { isRefused } from '#api-keys/identity.ts';
import type { GatewayConfig } from '#config/gateway-config.ts';
import type { AdminPort } from '#contracts/admin.ts';
import { type InProcess, runInProcess } from '#host/run-in-process.ts';
import type { LocalPorts } from '#host/service-module.ts';
import { systemClock } from '#kernel/clock.ts';
import type { Registry } from '#registry/registry.ts';
import { createLogger, type Logger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { createTracer } from '#telemetry/tracing/create-tracer.ts';
import { accountsModule } from '../../accounts/src/module.ts';
import { billingModule } from '../../billing/src/module.ts';
import { ingressModule } from '../../ingress/src/module.ts';
import { journalModule } from '../../journal/src/module.ts';
import { quotaModule } from '../../quota/src/module.ts';
import { routerModule } from '../../router/src/module.ts';
import type { Whose } from './demo.ts';

export interface GatewayDependencies {
  /** With its secrets, database and providers. */
  readonly config: GatewayConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Another gateway writes this log now: this one has to end. */
  readonly onFenced: (error: Error) => void;
  /** Makes the demo user or takes its keys away, before anybody can send a request. Gives the administration that requests see. */
  readonly settleDemo: (admin: AdminPort, whose: Whose) => Promise<AdminPort>;
}

/** All six services in this process, over one PostgreSQL. */
export async function startGateway(dependencies: GatewayDependencies): Promise<InProcess> {
  const { config, environment, onFenced, settleDemo } = dependencies;
  await using opened = new AsyncDisposableStack();
  const tracer = await createTracer(environment, 'standalone');
  opened.defer(async () => tracer?.close());
  const stopping = new AbortController();
  const loggerOf = (service: string): Logger => createLogger({ level: config.logLevel, service });
  const gateway = await runInProcess(
    {
      name: 'standalone',
      instance: config.instance ?? `${hostname()}-${process.pid}`,
      config,
      environment,
      logger: loggerOf('standalone'),
      loggerOf,
      metrics: createMetrics({ withProcessDefaults: true }),
      tracer,
      stack: opened,
      stopping: stopping.signal,
      // The ingress answers these at its own port, for all.
      readiness: () => undefined,
      beforeMetrics: () => undefined,
      fence: onFenced,
    },
    journalModule,
    [accountsModule, quotaModule, billingModule, routerModule, ingressModule],
    {
      settle: async (ports, registry) => ({
        ...ports,
        admin: await settleDemo(given(ports), createWhose(config, registry)),
      }),
    },
  );
  const running = opened.move();
  return {
    ...gateway,
    async stop() {
      stopping.abort();
      await gateway.stop();
      await running.disposeAsync();
    },
  };
}

function createWhose({ keyPepper }: GatewayConfig, registry: Registry): Whose {
  if (keyPepper === undefined) throw new Error('there is no pepper for API keys');
  const identify = createIdentifyKey(keyPepper, registry);
  return (apiKey) => {
    const found = identify(apiKey, systemClock());
    return found === undefined || isRefused(found) ? undefined : found;
  };
}

function given({ admin }: LocalPorts): AdminPort {
  if (admin === undefined) throw new Error('there are no accounts in this process');
  return admin;
}
