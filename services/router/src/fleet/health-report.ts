import type { DeploymentHealth, HealthState, ProviderHealth } from '#contracts/router.ts';
import type { PooledProvider } from '../provider-pool.ts';
import type { Breakers } from './breakers.ts';
import type { KnownProvider } from './known-ways.ts';
import type { OpenDeployment, Signals } from './signals.ts';
import type { Slots } from './slots.ts';
import { ownStanding, type Standing, standingOf } from './standing.ts';

/** Of a provider that has many: those that are not well come first. */
const DEPLOYMENTS_TOLD_MAX = 200;

/** What is measured of a deployment's calls. */
type DeploymentMeasures = Pick<
  DeploymentHealth,
  'firstTokenMs' | 'tokensASecond' | 'failureBasisPoints' | 'headroomBasisPoints'
>;

interface HealthParts {
  readonly provider: string;
  readonly pooled: PooledProvider;
  readonly breakers: Breakers;
  readonly slots: Pick<Slots, 'inFlight' | 'waiting'>;
  readonly signals: Pick<Signals, 'of'>;
  readonly nowMs: number;
}

/** How a provider is doing, and each way to its models that was taken. */
export function providerHealth(parts: HealthParts): ProviderHealth {
  const { provider, pooled, breakers, slots, nowMs } = parts;
  const known = breakers.known(provider);
  const deployments = known === undefined ? [] : deploymentsOf(known, parts);
  const standing = providerStanding(pooled, known, deployments, nowMs);
  return {
    provider,
    isHealthy: standing.state === 'closed',
    reason: standing.reason,
    state: standing.state,
    sinceMs: standing.sinceMs,
    inFlight: slots.inFlight(provider),
    waiting: slots.waiting(provider),
    deployments: deployments.slice(0, DEPLOYMENTS_TOLD_MAX),
    probedAtMs: known?.probedAtMs ?? 0,
  };
}

function deploymentsOf({ accounts }: KnownProvider, parts: HealthParts): readonly DeploymentHealth[] {
  const { provider, pooled, nowMs } = parts;
  const all: DeploymentHealth[] = [];
  for (const [account, { circuit, deployments }] of accounts) {
    const byAccount = standingOf(circuit.breaker(), nowMs);
    const open = pooled.kind === 'open' ? pooled.accounts.find(({ id }) => id === account)?.provider : undefined;
    for (const [model, deployment] of deployments) {
      const own = byAccount.state === 'closed' ? ownStanding(deployment, nowMs) : byAccount;
      const measures = open === undefined ? unmeasured : measuresOf({ provider, account, model, open }, parts);
      all.push({ account, model, ...own, inFlight: deployment.inFlight, ...measures });
    }
  }
  return all.toSorted((a, b) => Number(a.state === 'closed') - Number(b.state === 'closed'));
}

const unmeasured: DeploymentMeasures = { firstTokenMs: 0, tokensASecond: 0, failureBasisPoints: 0 };

function measuresOf(deployment: OpenDeployment, { signals, nowMs }: HealthParts): DeploymentMeasures {
  const seen = signals.of(deployment);
  const { firstTokenMs, tokensASecond, failureBasisPoints } = seen;
  return {
    firstTokenMs: Math.round(firstTokenMs),
    tokensASecond: Math.round(tokensASecond),
    failureBasisPoints,
    headroomBasisPoints: seen.headroomBasisPoints(nowMs),
  };
}

/** A provider is kept away from by its own breaker, or where each way to it that was taken is. */
function providerStanding(
  pooled: PooledProvider,
  known: KnownProvider | undefined,
  deployments: readonly DeploymentHealth[],
  nowMs: number,
): Standing {
  if (pooled.kind === 'down') return { state: 'down', reason: pooled.reason, sinceMs: 0, untilMs: 0 };
  if (pooled.kind === 'draining') {
    return { state: 'draining', reason: 'it is drained: no new calls are made', sinceMs: 0, untilMs: 0 };
  }
  const own = known === undefined ? closed('') : standingOf(known.circuit.breaker(), nowMs);
  if (own.state !== 'closed') return own;
  const [worst] = deployments;
  const faults = pooled.faults.join('; ');
  const unwell = deployments.filter(({ state }) => state !== 'closed');
  if (worst === undefined || unwell.length === 0) return { ...own, reason: faults };
  if (unwell.length === deployments.length && hasAllAccounts(pooled, known)) {
    const state: HealthState = unwell.some((each) => each.state === 'half_open') ? 'half_open' : 'open';
    return { state, reason: withFaults(worst.reason, faults), sinceMs: worst.sinceMs, untilMs: worst.untilMs };
  }
  const told = `${unwell.length} of ${deployments.length} ways to its models are kept away from: ${worst.model}: ${worst.reason}`;
  return { ...own, reason: withFaults(told, faults) };
}

/** Whether each of its accounts was called: of one that was not, nothing is known against it. */
function hasAllAccounts(pooled: Extract<PooledProvider, { kind: 'open' }>, known: KnownProvider | undefined): boolean {
  return pooled.accounts.every(({ id }) => known?.accounts.has(id) === true);
}

function closed(reason: string): Standing {
  return { state: 'closed', reason, sinceMs: 0, untilMs: 0 };
}

function withFaults(reason: string, faults: string): string {
  return faults === '' ? reason : `${reason}; ${faults}`;
}
