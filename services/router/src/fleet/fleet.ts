import type { Logger } from 'pino';
import type { ModelCandidate, PricedCandidate } from '#contracts/quota.ts';
import type { HealthState, ProviderHealth } from '#contracts/router.ts';
import type { Priority, RoutingPlan } from '#contracts/routing.ts';
import type { Clock } from '#kernel/clock.ts';
import type { PooledProvider, ProviderPool } from '../provider-pool.ts';
import { type Breakers, createBreakers, type OpeningCounter } from './breakers.ts';
import type { CallWatch } from './call-outcome.ts';
import type { Choice, Deployment } from './deployment.ts';
import { deploymentsOf } from './deployments-of.ts';
import { providerHealth } from './health-report.ts';
import { createSlots, type GiveBack } from './slots.ts';
import { deploymentState } from './standing.ts';

/** All ways to all models, with what is known of them. In memory only: after a restart a few calls teach it again. */
export interface Fleet {
  /**
   * The deployments of a request's candidates in the order of trial: by stage, tier and the plan's strategy, those that are kept
   * away from last. Takes a turn where the strategy has turns.
   */
  choose(candidates: readonly PricedCandidate[], plan: RoutingPlan, requestId: string): readonly Choice[];
  /** The same, and nothing is changed by it. */
  explain(candidates: readonly PricedCandidate[], plan: RoutingPlan, requestId: string): readonly Choice[];
  /** Whether it is kept away from now: it may have changed since it was chosen. */
  isKeptAway(deployment: Deployment): boolean;
  /**
   * A call begins, when there is a place for it. null: there was none in time, `signal` aborted first, or nothing can be sent
   * there any more; nothing is to be sent. The call goes to the provider that the watch names: it may have changed.
   */
  enter(deployment: Deployment, entrant: Entrant): CallWatch | Promise<CallWatch | null>;
  /** A call begins, without a place. */
  begin(deployment: Deployment): CallWatch;
  /** Candidates in their own order, those that are kept away from last. */
  inOrder<C extends ModelCandidate>(candidates: readonly C[]): readonly C[];
  stateOf(deployment: Deployment): HealthState;
  /** A provider is there, for the first time or anew, or is no more. What is known of it is known no more. */
  changed(provider: string, pooled: PooledProvider | undefined): void;
  readonly breakers: Breakers;
  health(): readonly ProviderHealth[];
}

/** Who waits for a place at a provider. */
export interface Entrant {
  readonly userId: string;
  readonly priority: Priority;
  readonly signal: AbortSignal;
}

export interface FleetOptions {
  readonly pool: () => Pick<ProviderPool, 'get' | 'all'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly openings?: OpeningCounter | undefined;
}

export function createFleet({ pool, clock, logger, openings }: FleetOptions): Fleet {
  const breakers = createBreakers({ clock, logger, openings });
  const slots = createSlots();

  function ordered(candidates: readonly PricedCandidate[]): readonly Choice[] {
    return ranked(deploymentsOf(candidates, pool())).map((deployment) => ({ deployment, reason: '' }));
  }

  /** By stage; of each those with a place first, then those that have none now, then those that are kept away from. */
  function ranked(deployments: readonly Deployment[]): readonly Deployment[] {
    if (deployments.length < 2) return deployments;
    const ranks = new Map(deployments.map((deployment) => [deployment, rankOf(deployment)]));
    return deployments.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  }

  function rankOf(deployment: Deployment): number {
    if (deployment.open === null) return Number.MAX_SAFE_INTEGER;
    const { stage, provider, account } = deployment;
    if (breakers.isKeptAway(deployment)) return stage * 3 + 2;
    return stage * 3 + (slots.hasPlace(provider, account) ? 0 : 1);
  }

  function enter(deployment: Deployment, entrant: Entrant): CallWatch | Promise<CallWatch | null> {
    const place = slots.take(deployment.provider, deployment.account, entrant);
    if (typeof place === 'function') return watchOf(deployment, place) ?? Promise.resolve(null);
    return place.then((giveBack) => giveBack && watchOf(deployment, giveBack));
  }

  function watchOf(deployment: Deployment, giveBack: GiveBack): CallWatch | null {
    const { provider, account: id } = deployment;
    const pooled = pool().get(provider);
    const account = pooled?.kind === 'open' ? pooled.accounts.find((each) => each.id === id) : undefined;
    if (account === undefined) {
      giveBack();
      return null;
    }
    const tell = breakers.begin(deployment);
    let hasEnded = false;
    return {
      provider: account.provider,
      head() {},
      firstToken() {},
      end(outcome) {
        if (hasEnded) return;
        hasEnded = true;
        giveBack();
        tell(outcome, account.hasOwnAddress);
      },
    };
  }

  return {
    choose: ordered,
    explain: ordered,
    isKeptAway: (deployment) => breakers.isKeptAway(deployment),
    enter,
    begin(deployment) {
      const watch = watchOf(deployment, () => undefined);
      if (watch === null) throw new Error(`${deployment.provider} takes no calls`);
      return watch;
    },
    inOrder: (candidates) => readyFirst(candidates, pool(), breakers),
    stateOf: (deployment) => deploymentState(pool().get(deployment.provider), breakers, deployment, clock()),
    changed(provider, pooled) {
      breakers.forget(provider);
      slots.resize(provider, pooled?.kind === 'open' ? pooled.places : null);
    },
    breakers,
    health: () =>
      Array.from(pool().all(), ([provider, pooled]) =>
        providerHealth({ provider, pooled, breakers, slots, nowMs: clock() }),
      ),
  };
}

/** Candidates in their own order; those first that some account of their provider can be called for. */
function readyFirst<C extends ModelCandidate>(
  candidates: readonly C[],
  pool: Pick<ProviderPool, 'get'>,
  breakers: Breakers,
): readonly C[] {
  const isReady = ({ provider, model }: C): boolean => {
    const pooled = pool.get(provider);
    if (pooled?.kind !== 'open') return false;
    return pooled.accounts.some(({ id }) => !breakers.isKeptAway({ provider, account: id, model }));
  };
  return [...candidates.filter(isReady), ...candidates.filter((candidate) => !isReady(candidate))];
}
