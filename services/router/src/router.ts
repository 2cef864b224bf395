import type { Logger } from 'pino';
import { catalogueModels } from '#catalogue/catalogue-models.ts';
import type { CompleteRequest, RouterPort } from '#contracts/router.ts';
import type { Journal } from '#journal/journal.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { createHttpProvider } from './adapters/http-provider.ts';
import { defaultLimits, type ProviderConfig, type RouterConfig, type RouterLimits } from './config.ts';
import { createFrameChannel } from './frame-channel.ts';
import { createHealthBoard } from './health-board.ts';
import { createHouseLosses, type TokenCounter } from './house-losses.ts';
import { createLateRecords } from './late-records.ts';
import { buildModelTable } from './model-table.ts';
import type { Dialect } from './ports.ts';
import { anthropicDialect } from './providers/anthropic/dialect.ts';
import { openAiDialect } from './providers/openai/dialect.ts';
import { type Run, type RunParts, stopRun } from './run/run.ts';
import { serve } from './run/serve.ts';

export interface RouterDependencies {
  readonly config: RouterConfig;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Counts tokens that could not be recorded. Absent: only the log lines have them. */
  readonly unchargedTokens?: TokenCounter;
}

export interface Router extends RouterPort {
  /** Takes no more requests, lets running ones end within a bound, and closes all connections. */
  close(): Promise<void>;
}

const dialects: Record<ProviderConfig['kind'], Dialect> = { openai: openAiDialect, anthropic: anthropicDialect };

/** The router over its providers. No connection is made until the first request. */
export function createRouter(dependencies: RouterDependencies): Router {
  const { config, journal, logger, clock = systemClock, unchargedTokens } = dependencies;
  const limits: RouterLimits = { ...defaultLimits, ...config };
  const models = buildModelTable(config.providers, (catalogueId) => catalogueModels(catalogueId, clock()));
  const providers = new Map(
    config.providers.map((provider) => [provider.name, createHttpProvider(provider, dialects[provider.kind], limits)]),
  );
  const health = createHealthBoard([...providers.keys()], clock);
  const losses = createHouseLosses(unchargedTokens, [...providers.keys()]);
  const late = createLateRecords({ journal, logger, losses });
  const parts: RunParts = { providers, health, journal, logger, clock, limits, late, losses };
  const underWay = new Map<Run, Promise<void>>();
  let isClosing = false;

  function complete(request: CompleteRequest, signal: AbortSignal) {
    const channel = createFrameChannel(() => leave());
    const run: Run = {
      request,
      channel,
      startedAtMs: clock(),
      attempts: [],
      houseLosses: [],
      firstByteMs: 0,
      call: null,
      isGone: false,
      stopped: null,
    };
    const timer = setTimeout(() => stopRun(run, 'timeout'), limits.requestTimeoutMs);
    let drainTimer: NodeJS.Timeout | undefined;

    function leave(): void {
      if (run.isGone) return;
      run.isGone = true;
      channel.drop();
      drainTimer = setTimeout(() => stopRun(run, 'drained'), limits.drainMaxMs);
    }

    if (isClosing) stopRun(run, 'closing');
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave);
    const ended = serve(parts, run).finally(() => {
      clearTimeout(timer);
      clearTimeout(drainTimer);
      signal.removeEventListener('abort', leave);
      // From here on, a reader that leaves has no provider to be drained.
      run.isGone = true;
      underWay.delete(run);
      channel.close();
    });
    underWay.set(run, ended);
    return channel.frames;
  }

  return {
    complete,
    findModel: models.find,
    listModels: models.list,
    providerHealth: health.all,
    async close() {
      isClosing = true;
      const timer = setTimeout(() => {
        for (const run of underWay.keys()) stopRun(run, 'closing');
      }, limits.closeMaxMs);
      await Promise.all(underWay.values());
      clearTimeout(timer);
      await late.close();
      await Promise.all([...providers.values()].map((provider) => provider.close()));
    },
  };
}
