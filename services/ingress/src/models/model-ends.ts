import type { RoutedModel } from '#contracts/router.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { type KnownFacts, liveFacts } from '#registry/live-facts.ts';
import type { Registry } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import type { Call } from '../completions/call.ts';
import { gatewayHeaders } from '../http/gateway-headers.ts';

const DAY_MS = 24 * 3_600_000;
/** Long enough to move to another model. */
const SOON_MS = 30 * DAY_MS;
/** Models that end soon and are in use, with a series of the metric each: they are few, and clients choose names. */
const WATCHED_MAX = 200;

/** What is known of models. Tells those who use one that it ends: clients by headers, operators by the log and a metric. */
export interface ModelEnds extends KnownFacts {
  /** `name`: as the client wrote it. The answer may not have begun. */
  tell(call: Pick<Call, 'response'>, name: string, model: RoutedModel): void;
  /** Sets the metric to how things stand now. */
  publish(): void;
}

interface Watched {
  readonly retiresAtMs: number;
  askedAtMs: number;
  warnedAtMs: number;
}

export function createModelEnds({
  registry,
  metrics,
  logger,
  clock = systemClock,
}: {
  readonly registry: Pick<Registry, 'all' | 'get' | 'watch'>;
  readonly metrics: Pick<GatewayMetrics, 'modelRetires'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly clock?: Clock | undefined;
}): ModelEnds {
  const facts = liveFacts(registry);
  const watched = new Map<string, Watched>();

  /** One line a day for a model, as long as it is asked for. */
  function watch(model: string, retiresAtMs: number, successor: string | undefined): void {
    const nowMs = clock();
    const before = watched.get(model);
    if (before === undefined && watched.size >= WATCHED_MAX) return;
    const known = before?.retiresAtMs === retiresAtMs ? before : { retiresAtMs, askedAtMs: 0, warnedAtMs: 0 };
    watched.set(model, known);
    known.askedAtMs = nowMs;
    if (nowMs - known.warnedAtMs < DAY_MS) return;
    known.warnedAtMs = nowMs;
    const line = { model, retiresAt: new Date(retiresAtMs).toISOString(), successor };
    logger.warn(line, retiresAtMs > nowMs ? 'a model in use ends soon' : 'a model in use has ended, says its provider');
  }

  return {
    ...facts,
    tell({ response }, name, model) {
      const { deprecatedAtMs, retiresAtMs, successor } = facts.factsOf(name, model.candidates[0]);
      if (deprecatedAtMs === undefined && retiresAtMs === undefined) return;
      if (retiresAtMs !== undefined && retiresAtMs - clock() <= SOON_MS) watch(model.id, retiresAtMs, successor);
      if (response.headersSent) return;
      // RFC 9745 and RFC 8594.
      if (deprecatedAtMs !== undefined) response.setHeader('deprecation', `@${Math.floor(deprecatedAtMs / 1_000)}`);
      if (retiresAtMs !== undefined) response.setHeader('sunset', new Date(retiresAtMs).toUTCString());
      if (successor !== undefined && /^[\x21-\x7e]+$/.test(successor))
        response.setHeader(gatewayHeaders.modelSuccessor, successor);
    },
    publish() {
      const nowMs = clock();
      metrics.modelRetires.reset();
      for (const [model, { retiresAtMs, askedAtMs }] of watched) {
        // What nobody has asked for since yesterday is in use no more.
        if (nowMs - askedAtMs > DAY_MS) watched.delete(model);
        else metrics.modelRetires.set({ model }, Math.round((retiresAtMs - nowMs) / 1_000));
      }
    },
  };
}
