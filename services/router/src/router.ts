import type { Logger } from 'pino';
import { createOutwardGuard } from '#config/outward-guard.ts';
import type { PrivatePlaces } from '#config/private-places.ts';
import type { ProviderTestPort } from '#contracts/admin-needs.ts';
import type { CompleteRequest, ProviderHealth, RouterAdminPort, RouterPort } from '#contracts/router.ts';
import type { Journal } from '#journal/journal.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { cutByGateway } from '#kernel/cut-by-gateway.ts';
import type { Registry } from '#registry/registry.ts';
import { openHttpProvider } from './adapters/http-provider.ts';
import { defaultLimits, type RouterLimits } from './config.ts';
import type { OpeningCounter } from './fleet/breakers.ts';
import { explainedChoices } from './fleet/explained-choices.ts';
import { createFleet, type Fleet } from './fleet/fleet.ts';
import { createFrameChannel } from './frame-channel.ts';
import { createHouseLosses, type TokenCounter } from './house-losses.ts';
import { createKnownPrices } from './known-prices.ts';
import { createLateRecords } from './late-records.ts';
import { createProbes } from './probes.ts';
import { createProviderPool, type ProviderKeys, type ProviderPool } from './provider-pool.ts';
import { createCountPrompt } from './run/count-prompt.ts';
import { listUpstreamModels } from './run/list-upstream-models.ts';
import { createRetryBudgets } from './run/retry-budgets.ts';
import { beginRun, type Run, type RunParts, stopRun } from './run/run.ts';
import { type Abandonment, startRunClock } from './run/run-clock.ts';
import { serve } from './run/serve.ts';
import { createShadowRuns, type ShadowCounter, type ShadowRuns } from './run/shadow-runs.ts';
import { testProvider } from './run/test-provider.ts';

export interface RouterDependencies {
  readonly limits?: Partial<RouterLimits>;
  /** Has the providers. */
  readonly registry: Registry;
  readonly keys: ProviderKeys;
  /** Where providers may be beside the internet. */
  readonly privatePlaces: PrivatePlaces;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Counts tokens that could not be recorded. Absent: only the log lines have them. */
  readonly unchargedTokens?: TokenCounter;
  /** Counts copies of requests. */
  readonly shadows?: ShadowCounter;
  /** Counts openings of circuit breakers. */
  readonly openings?: OpeningCounter;
}

export interface Router extends RouterPort, ProviderTestPort, RouterAdminPort {
  /** Takes no more requests, lets running ones end within a bound, and closes all connections. */
  close(): Promise<void>;
}

/** The router over the providers of policy. No connection is made until the first request. */
export function createRouter(dependencies: RouterDependencies): Router {
  const { registry, keys, journal, logger, clock = systemClock, unchargedTokens, openings } = dependencies;
  const limits: RouterLimits = { ...defaultLimits, ...dependencies.limits };
  const losses = createHouseLosses(unchargedTokens);
  const budgets = createRetryBudgets({ clock, percent: () => registry.settings().retryBudgetPercent });
  const guard = createOutwardGuard(dependencies.privatePlaces);
  const fleet: Fleet = createFleet({ pool: () => providers, clock, logger, openings });
  const probes = createProbes({ registry, providers: () => providers, fleet, losses, logger });
  const providers: ProviderPool = createProviderPool({
    registry,
    keys,
    logger,
    open: (config) => openHttpProvider(config, { limits, guard, clock }),
    onChanged(providerId, pooled) {
      fleet.changed(providerId, pooled);
      if (pooled !== undefined) losses.begin(providerId);
      budgets.forget(providerId);
      probes.changed(providerId, pooled);
    },
  });
  const late = createLateRecords({ journal, logger, losses });
  const shadows = createShadowRuns({ fleet, journal, logger, clock, limits, counter: dependencies.shadows });
  const parts: RunParts = {
    providers,
    fleet,
    journal,
    logger,
    clock,
    limits,
    late,
    losses,
    prices: createKnownPrices(journal),
    shadows,
    budgets,
  };
  const countPrompt = createCountPrompt(parts);
  const underWay = new Map<Run, Promise<void>>();
  let isClosing = false;

  function complete(request: CompleteRequest, signal: AbortSignal) {
    const channel = createFrameChannel(() => leave());
    const { attemptsMax } = registry.settings();
    const run = beginRun(request, channel, clock(), { ...limits, attemptsMax });
    const time = startRunClock(run, channel, () => abandonmentOf(registry.settings(), limits));
    const leave = (): void => time.leave(cutByGateway(signal));
    if (isClosing) stopRun(run, 'closing');
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave);
    const served = serve(parts, run).finally(() => {
      time.stop();
      signal.removeEventListener('abort', leave);
      underWay.delete(run);
      channel.close();
    });
    underWay.set(run, served);
    return channel.frames;
  }

  const providerHealth = () => byPriority(registry, fleet.health());

  return {
    complete,
    countTokens: countPrompt,
    testProvider: (test) => testProvider({ ...parts, registry }, test),
    providerHealth,
    currentHealth: async () => providerHealth(),
    explainChoice: async ({ candidates, plan, requestId }) => explainedChoices(fleet, candidates, plan, requestId),
    listUpstreamModels: (providerId) => listUpstreamModels(providers, providerId),
    async close() {
      isClosing = true;
      probes.close();
      await ended(underWay, shadows, limits.closeMaxMs);
      await late.close();
      await providers.close();
    },
  };
}

/** Lets requests and copies end, those that take longer than a bound by breaking them off. */
async function ended(underWay: ReadonlyMap<Run, Promise<void>>, shadows: ShadowRuns, maxMs: number): Promise<void> {
  const tooLate = new AbortController();
  const timer = setTimeout(() => {
    tooLate.abort();
    for (const run of underWay.keys()) stopRun(run, 'closing');
  }, maxMs);
  await Promise.all([...underWay.values(), shadows.close(tooLate.signal)]);
  clearTimeout(timer);
}

function abandonmentOf(
  { abandonedAnswers, drainSeconds }: ReturnType<Registry['settings']>,
  { drainMaxMs }: RouterLimits,
): Abandonment {
  return { isStopped: abandonedAnswers === 'stop', drainMaxMs: drainSeconds > 0 ? drainSeconds * 1_000 : drainMaxMs };
}

/** In the order in which providers are tried by default. */
function byPriority(registry: Pick<Registry, 'get'>, health: readonly ProviderHealth[]): readonly ProviderHealth[] {
  const priorityOf = (provider: string): number => registry.get('provider', provider)?.priority ?? 0;
  return health.toSorted(
    (a, b) => priorityOf(a.provider) - priorityOf(b.provider) || (a.provider < b.provider ? -1 : 1),
  );
}
