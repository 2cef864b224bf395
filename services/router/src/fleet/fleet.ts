import type { ModelCandidate, PricedCandidate } from '#contracts/quota.ts';
import type { ProviderHealth } from '#contracts/router.ts';
import type { Priority, RoutingPlan } from '#contracts/routing.ts';
import type { Clock } from '#kernel/clock.ts';
import type { HealthEvent } from '../domain/health/health.ts';
import { createHealthBoard } from '../health-board.ts';
import type { ProviderPool } from '../provider-pool.ts';
import type { CallOutcome, CallWatch } from './call-outcome.ts';
import { createChooser } from './choose.ts';
import type { Choice, Deployment } from './deployment.ts';
import { createSignals, isOpen } from './signals.ts';

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
   * A call begins, when there is a place for it. null: there was none in time, or `signal` aborted first; nothing is to be sent.
   */
  enter(deployment: Deployment, entrant: Entrant): CallWatch | Promise<CallWatch | null>;
  /** A call begins, without a wait. */
  begin(deployment: Deployment): CallWatch;
  /** Candidates in their own order, those of providers that are kept away from last. */
  inOrder<C extends ModelCandidate>(candidates: readonly C[]): readonly C[];
  /** What is known of a provider is known no more: it was changed. */
  forget(provider: string): void;
  health(): readonly ProviderHealth[];
}

/** Who waits for a place at a provider. */
export interface Entrant {
  readonly userId: string;
  readonly priority: Priority;
  readonly signal: AbortSignal;
}

export function createFleet(options: { readonly pool: () => ProviderPool; readonly clock: Clock }): Fleet {
  const { pool, clock } = options;
  const board = createHealthBoard(clock);
  const inFlight = new Map<string, number>();
  const signals = createSignals({ clock });
  const chooser = createChooser({
    signals,
    clock,
    keptAway: ({ provider }, nowMs) => (board.isPreferred(provider, nowMs) ? '' : 'its last calls have failed'),
  });

  function deploymentsOf(candidates: readonly PricedCandidate[]): readonly Deployment[] {
    const deployments: Deployment[] = [];
    for (const candidate of candidates) {
      const { provider, model, stage = 0, tier = 0 } = candidate;
      const weight = Math.max(1, candidate.weight ?? 1);
      const pooled = pool().get(provider);
      if (pooled?.kind !== 'open') {
        deployments.push({ provider, account: '', model, candidate, stage, tier, weight, open: null });
        continue;
      }
      for (const { id, weight: share, provider: open } of pooled.accounts) {
        deployments.push({ provider, account: id, model, candidate, stage, tier, weight: weight * share, open });
      }
    }
    return deployments;
  }

  function begin(deployment: Deployment): CallWatch {
    const { provider } = deployment;
    const seen = isOpen(deployment) ? signals.begin(deployment) : null;
    board.note(provider, 'call-started');
    inFlight.set(provider, (inFlight.get(provider) ?? 0) + 1);
    return {
      head: (status, headers) => seen?.head(status, headers),
      firstToken: () => seen?.firstToken(),
      end(outcome) {
        seen?.end(outcome);
        board.note(provider, eventOf(outcome));
        inFlight.set(provider, (inFlight.get(provider) ?? 1) - 1);
      },
    };
  }

  return {
    choose: (candidates, plan) => chooser.choose(deploymentsOf(candidates), plan),
    explain: (candidates, plan) => chooser.explain(deploymentsOf(candidates), plan),
    isKeptAway: ({ provider }) => !board.isHealthy(provider),
    enter: (deployment) => begin(deployment),
    begin,
    inOrder: (candidates) => board.inOrder(candidates),
    forget: (provider) => board.forget(provider),
    health: () =>
      Array.from(pool().all(), ([provider, pooled]) => {
        const isHealthy = pooled.kind === 'open' && board.isHealthy(provider);
        return {
          provider,
          isHealthy,
          reason: pooled.kind === 'down' ? pooled.reason : '',
          state: pooled.kind === 'down' ? 'down' : isHealthy ? 'closed' : 'open',
          sinceMs: 0,
          inFlight: inFlight.get(provider) ?? 0,
          waiting: 0,
          deployments: [],
          probedAtMs: 0,
        };
      }),
  };
}

const events: Readonly<Record<CallOutcome['kind'], HealthEvent>> = {
  succeeded: 'call-succeeded',
  refused: 'call-succeeded',
  failed: 'call-failed',
  abandoned: 'call-abandoned',
};

function eventOf({ kind }: CallOutcome): HealthEvent {
  return events[kind];
}
