import type { RoutingPlan, Strategy } from '#contracts/routing.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Circumstances, Contender } from '../domain/strategy/contender.ts';
import { hashOf } from '../domain/strategy/hash.ts';
import { strategyTable } from '../domain/strategy/strategy-table.ts';
import type { Choice, Deployment } from './deployment.ts';
import type { DeploymentSignals } from './deployment-signals.ts';
import { FULL_HEADROOM } from './headroom.ts';
import { isOpen, type Signals } from './signals.ts';
import { createTurns, type Turns } from './turns.ts';

/** Orders deployments. */
export interface Chooser {
  /**
   * In the order of trial. It takes a turn where the strategy has turns. `isMaker`: whether a deployment's account made the sealed
   * thoughts of the request; absent: the request has none.
   */
  choose(deployments: readonly Deployment[], plan: RoutingPlan, isMaker?: IsMaker): readonly Choice[];
  /** The same, and no turn is taken. */
  explain(deployments: readonly Deployment[], plan: RoutingPlan): readonly Choice[];
}

type IsMaker = (deployment: Deployment) => boolean;

/** `keptAway`: why a deployment is tried only where nothing else is left; empty: it is not. `random`: from 0 to below 1. */
export interface ChooserOptions {
  readonly signals: Signals;
  readonly keptAway: (deployment: Deployment, nowMs: number) => string;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
}

export function createChooser({ signals, keptAway, clock, random = Math.random }: ChooserOptions): Chooser {
  const turns = createTurns({ seed: Math.floor(random() * 2 ** 32) });

  function ordered(
    deployments: readonly Deployment[],
    plan: RoutingPlan,
    turns: Turns,
    isMaker: IsMaker = noMaker,
  ): readonly Choice[] {
    const strategy = strategyOf(plan);
    const nowMs = clock();
    const given: Circumstances = {
      nowMs,
      random,
      stickyHash: plan.stickyKey === '' ? undefined : hashOf(plan.stickyKey),
      turnsOf: (tier, weights) => turns.of(tier, weights, salts[strategy]),
    };
    const contenders = deployments.map((deployment) => enter(deployment, strategy, nowMs, isMaker(deployment)));
    const groups = groupsOf(contenders);
    for (const group of groups) {
      strategyTable[strategy].order(group, given);
      for (let index = 0; index < group.length; index += 1) group[index]?.placed(index + 1, group.length);
    }
    return groups.length === 1 ? (groups[0] ?? []) : groups.flat();
  }

  function enter(deployment: Deployment, strategy: Strategy, nowMs: number, isMaker: boolean): Candidacy {
    if (!isOpen(deployment)) return new Candidacy(deployment, strategy, null, 'cannot be called', isMaker);
    const known = signals.of(deployment);
    const why = keptAway(deployment, nowMs) || (known.isExhausted(nowMs) ? 'no headroom' : '');
    return new Candidacy(deployment, strategy, known, why, isMaker);
  }

  return {
    choose: (deployments, plan, isMaker) => ordered(deployments, plan, turns, isMaker),
    explain: (deployments, plan) =>
      ordered(deployments, plan, { of: (tier, weights, salt) => [...turns.of(tier, weights, salt)] }),
  };
}

const noMaker: IsMaker = () => false;

/**
 * A conversation that has to stay where it is goes by its key, whatever the strategy is. `priority` keeps it in one place by
 * itself: its order is the same for every turn.
 */
function strategyOf({ strategy, mustStick, stickyKey }: RoutingPlan): Strategy {
  return mustStick && stickyKey !== '' && strategy !== 'priority' ? 'sticky' : strategy;
}

/** Round robin and weighted turns of the same set are not the same turns. */
const salts: Readonly<Record<Strategy, number>> = {
  priority: 0,
  round_robin: 1,
  weighted: 2,
  random: 3,
  least_connections: 4,
  lowest_latency: 5,
  lowest_cost: 6,
  rate_headroom: 7,
  sticky: 8,
};

/**
 * The sets that are ordered by strategy: by stage, those that are kept away after all others of the stage, whoever made the
 * request's sealed thoughts first, and by tier.
 */
function groupsOf(contenders: readonly Candidacy[]): readonly Candidacy[][] {
  const [first] = contenders;
  if (first === undefined) return [];
  if (contenders.every((other) => byGroup(first, other) === 0)) return [[...contenders]];
  const groups: Candidacy[][] = [];
  let before: Candidacy | undefined;
  for (const contender of contenders.toSorted(byGroup)) {
    if (before !== undefined && byGroup(before, contender) === 0) groups.at(-1)?.push(contender);
    else groups.push([contender]);
    before = contender;
  }
  return groups;
}

function byGroup(a: Candidacy, b: Candidacy): number {
  return (
    Number(a.deployment.open === null) - Number(b.deployment.open === null) ||
    a.deployment.stage - b.deployment.stage ||
    Number(a.why !== '') - Number(b.why !== '') ||
    Number(b.isMaker) - Number(a.isMaker) ||
    a.deployment.tier - b.deployment.tier
  );
}

/** A deployment that is being ordered, and then its place. Its reason is written only where it is read. */
class Candidacy implements Contender, Choice {
  readonly deployment: Deployment;
  readonly weight: number;
  readonly mark: number;
  readonly inFlight: number;
  readonly costNanoUsd: bigint | undefined;
  score = 0;
  tie = 0;
  measure = 0;
  readonly why: string;
  readonly isMaker: boolean;
  private rank = 0;
  private of = 0;
  private readonly strategy: Strategy;
  private readonly signals: DeploymentSignals | null;

  constructor(
    deployment: Deployment,
    strategy: Strategy,
    signals: DeploymentSignals | null,
    why: string,
    isMaker: boolean,
  ) {
    this.deployment = deployment;
    this.strategy = strategy;
    this.signals = signals;
    this.why = why;
    this.isMaker = isMaker;
    this.weight = deployment.weight;
    this.mark = signals?.mark ?? 0;
    this.inFlight = signals?.inFlight ?? 0;
    this.costNanoUsd = strategy === 'lowest_cost' ? costOf(deployment) : undefined;
  }

  placed(rank: number, of: number): void {
    this.rank = rank;
    this.of = of;
  }

  expectedMs(nowMs: number): number {
    return this.signals?.expectedMs(nowMs) ?? 0;
  }

  headroomBasisPoints(nowMs: number): number {
    return this.signals?.headroomBasisPoints(nowMs) ?? FULL_HEADROOM;
  }

  get reason(): string {
    const { strategy, rank, of, why, isMaker } = this;
    const fact = strategyTable[strategy].fact(this);
    const kept = why === '' ? '' : `kept away: ${why}; `;
    const made = isMaker ? 'made the sealed thoughts; ' : '';
    return `${kept}${made}${strategy}: ${fact === '' ? '' : `${fact}, `}${rank} of ${of}`;
  }
}

const wholeNumber = /^\d{1,30}$/;

function costOf({ candidate: { likelyCostNanoUsd: text } }: Deployment): bigint | undefined {
  return text !== undefined && wholeNumber.test(text) ? BigInt(text) : undefined;
}
