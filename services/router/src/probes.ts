import type { Logger } from 'pino';
import type { Registry } from '#registry/registry.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { HouseLosses } from './house-losses.ts';
import type { OpenAccount } from './open-accounts.ts';
import type { PooledProvider, ProviderPool } from './provider-pool.ts';
import { probedModel, probeProvider } from './run/probe-provider.ts';

/** Asks providers from time to time whether they are there, where policy says so. */
export interface Probes {
  /** A provider is there, has changed or is gone: it is probed from now on as policy says. */
  changed(providerId: string, pooled: PooledProvider | undefined): void;
  /** No probe begins from now on. */
  close(): void;
}

/** Routers that started together, and providers of the same interval, do not probe together. */
const JITTER = 0.2;

export function createProbes(parts: {
  readonly registry: Registry;
  readonly providers: () => Pick<ProviderPool, 'get'>;
  readonly fleet: Pick<Fleet, 'beginProbe'>;
  readonly losses: HouseLosses;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly random?: () => number;
}): Probes {
  const { registry, providers, fleet, losses, logger, random = Math.random } = parts;
  const timers = new Map<string, NodeJS.Timeout>();
  let isClosed = false;

  function schedule(providerId: string, pooled: PooledProvider | undefined): void {
    clearTimeout(timers.get(providerId));
    timers.delete(providerId);
    const intervalMs = (registry.get('provider', providerId)?.probeIntervalSeconds ?? 0) * 1_000;
    if (isClosed || intervalMs === 0 || pooled?.kind !== 'open') return;
    const waitMs = intervalMs * (1 + JITTER * (2 * random() - 1));
    const timer = setTimeout(() => void round(providerId, timer), waitMs);
    timers.set(providerId, timer.unref());
  }

  /** Each account in turn. The next round begins an interval after this one has ended. */
  async function round(providerId: string, timer: NodeJS.Timeout): Promise<void> {
    const resource = registry.get('provider', providerId);
    const pooled = providers().get(providerId);
    try {
      for (const account of pooled?.kind === 'open' ? pooled.accounts : []) {
        if (isClosed || resource === undefined) return;
        await probeOnce(providerId, account, probedModel(resource, registry));
      }
    } catch (error) {
      logger.warn({ err: error, provider: providerId }, 'a provider could not be probed');
    }
    // A provider that has changed meanwhile has another timer.
    if (timers.get(providerId) === timer) schedule(providerId, providers().get(providerId));
  }

  async function probeOnce(provider: string, account: OpenAccount, model: string): Promise<void> {
    const end = fleet.beginProbe({ provider, account: account.id, model });
    const { outcome, usage } = await probeProvider(account.provider, model).catch((thrown: unknown) => {
      end({ kind: 'abandoned' });
      throw thrown;
    });
    end(outcome);
    if (usage === null) return;
    losses.add(provider, usage);
    const told = { provider, account: account.id, model, housePays: usage };
    logger.info(told, 'a provider was probed; the house pays for it, and nobody is charged');
  }

  return {
    changed: schedule,
    close() {
      isClosed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
