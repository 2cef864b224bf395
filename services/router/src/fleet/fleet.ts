import type { Logger } from 'pino';
import type { ModelCandidate, PricedCandidate } from '#contracts/quota.ts';
import type { HealthState, ProviderHealth } from '#contracts/router.ts';
import type { RoutingPlan } from '#contracts/routing.ts';
import type { Clock } from '#kernel/clock.ts';
import type { PooledProvider, ProviderPool } from '../provider-pool.ts';
import { type Breakers, createBreakers, type OpeningCounter } from './breakers.ts';
import type { CallOutcome, CallWatch } from './call-outcome.ts';
import { createChooser } from './choose.ts';
import type { Choice, Deployment } from './deployment.ts';
import { deploymentsOf } from './deployments-of.ts';
import { providerHealth } from './health-report.ts';
import type { Way } from './known-ways.ts';
import { createSignals } from './signals.ts';
import { createSlots, type Entrant, type GiveBack } from './slots.ts';
import { deploymentState } from './standing.ts';

/** All ways to all models, with what is known of them. In memory only: after a restart a few calls teach it again. */
export interface Fleet {
  /**
   * The deployments of a request's candidates in the order of trial: by stage, tier and the plan's strategy, those that are kept
   * away from last. Takes a turn where the strategy has turns. `isMaker`: of a request with sealed thoughts, whether an account made
   * them: it comes before the others of its stage.
   */
  choose(
    candidates: readonly PricedCandidate[],
    plan: RoutingPlan,
    requestId: string,
    isMaker?: (way: Way) => boolean,
  ): readonly Choice[];
  /** The same, and nothing is changed by it. */
  explain(candidates: readonly PricedCandidate[], plan: RoutingPlan, requestId: string): readonly Choice[];
  /** Whether it is kept away from now: it may have changed since it was chosen. */
  isKeptAway(deployment: Deployment): boolean;
  /**
   * A call begins, when there is a place for it. null: there was none in time, `signal` aborted first, or nothing can be sent
   * there any more; nothing is to be sent. The call goes to the provider that the watch names: it may have changed.
   */
  enter(deployment: Deployment, entrant: Entrant): CallWatch | Promise<CallWatch | null>;
  /** A probe begins; `model` empty: by the list of models. Gives what is to be called at its end, once. It takes no place. */
  beginProbe(way: Way): (outcome: CallOutcome) => void;
  /** Candidates in their own order, those that are kept away from last. */
  inOrder<C extends ModelCandidate>(candidates: readonly C[]): readonly C[];
  stateOf(deployment: Deployment): HealthState;
  /** A provider is there, for the first time or anew, or is no more. What is known of it is known no more. */
  changed(provider: string, pooled: PooledProvider | undefined): void;
  health(): readonly ProviderHealth[];
}

interface FleetOptions {
  readonly pool: () => Pick<ProviderPool, 'get' | 'all'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly openings?: OpeningCounter | undefined;
}

export function createFleet({ pool, clock, logger, openings }: FleetOptions): Fleet {
  const breakers = createBreakers({ clock, logger, openings });
  const slots = createSlots();
  const signals = createSignals({ clock });
  const chooser = createChooser({ signals, clock, keptAway });

  /** Where every place is taken, a request would wait; elsewhere it need not. */
  function keptAway(deployment: Deployment, nowMs: number): string {
    if (breakers.isKeptAway(deployment, nowMs)) return 'its last calls have failed';
    return slots.hasPlace(deployment.provider, deployment.account) ? '' : 'all its places are taken';
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
    const seen = signals.begin({ ...deployment, open: account.provider });
    const tell = breakers.begin(deployment);
    let hasEnded = false;
    return {
      provider: account.provider,
      head: (status, headers) => seen.head(status, headers),
      firstToken: () => seen.firstToken(),
      end(outcome) {
        if (hasEnded) return;
        hasEnded = true;
        seen.end(outcome);
        tell(outcome, account.hasOwnAddress);
        // Last: who gets the place may find that the breaker has opened.
        giveBack();
      },
    };
  }

  return {
    choose: (candidates, plan, _requestId, isMaker) => chooser.choose(deploymentsOf(candidates, pool()), plan, isMaker),
    explain: (candidates, plan) => chooser.explain(deploymentsOf(candidates, pool()), plan),
    isKeptAway: (deployment) => breakers.isKeptAway(deployment),
    enter,
    beginProbe(way) {
      const end = way.model === '' ? breakers.beginProbe(way) : breakers.begin(way);
      return (outcome) => {
        end(outcome, false);
        breakers.noteProbe(way.provider);
      };
    },
    inOrder: (candidates) => readyFirst(candidates, pool(), breakers),
    stateOf: (deployment) => deploymentState(pool().get(deployment.provider), breakers, deployment, clock()),
    changed(provider, pooled) {
      breakers.forget(provider);
      slots.resize(provider, pooled?.kind === 'open' ? pooled.places : null);
    },
    health: () =>
      Array.from(pool().all(), ([provider, pooled]) =>
        providerHealth({ provider, pooled, breakers, slots, signals, nowMs: clock() }),
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
