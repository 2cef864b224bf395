import type { Clock } from '#kernel/clock.ts';
import { hashOf } from '../domain/strategy/hash.ts';
import type { Provider } from '../ports.ts';
import { AccountUsage } from './account-usage.ts';
import type { CallOutcome, CallWatch } from './call-outcome.ts';
import { type Deployment, deploymentKey } from './deployment.ts';
import { DeploymentSignals } from './deployment-signals.ts';

/** More than any account has models that are asked for within minutes. Beyond it the least recently called is forgotten. */
const MODELS_MAX = 1_000;

/** A deployment that can be called. */
export type OpenDeployment = Pick<Deployment, 'provider' | 'account' | 'model'> & { readonly open: Provider };

/**
 * What was seen of every deployment. It is kept with the account's connections: a provider that is changed gets new ones, and
 * begins anew.
 */
export interface Signals {
  of(deployment: OpenDeployment): DeploymentSignals;
  /** A call begins. */
  begin(deployment: OpenDeployment): Omit<CallWatch, 'provider'>;
}

export function isOpen(deployment: Deployment): deployment is Deployment & OpenDeployment {
  return deployment.open !== null;
}

interface Account {
  readonly usage: AccountUsage;
  readonly models: Map<string, DeploymentSignals>;
}

export function createSignals({ clock, modelsMax = MODELS_MAX }: { clock: Clock; modelsMax?: number }): Signals {
  const accounts = new WeakMap<Provider, Account>();

  function accountOf(open: Provider): Account {
    let account = accounts.get(open);
    if (account === undefined) {
      account = { usage: new AccountUsage(open.config), models: new Map() };
      accounts.set(open, account);
    }
    return account;
  }

  function of(deployment: OpenDeployment): DeploymentSignals {
    const account = accountOf(deployment.open);
    return account.models.get(deployment.model) ?? enter(account, deployment);
  }

  function enter({ models, usage }: Account, deployment: OpenDeployment): DeploymentSignals {
    const signals = new DeploymentSignals(hashOf(deploymentKey(deployment)), usage);
    models.set(deployment.model, signals);
    for (const [model, { inFlight }] of models) {
      if (models.size <= modelsMax) break;
      if (inFlight === 0 && model !== deployment.model) models.delete(model);
    }
    return signals;
  }

  return {
    of,
    begin(deployment) {
      const { models } = accountOf(deployment.open);
      const signals = of(deployment);
      // To the end: the first is the least recently called.
      models.delete(deployment.model);
      models.set(deployment.model, signals);
      return watch(signals, clock);
    },
  };
}

function watch(signals: DeploymentSignals, clock: Clock): Omit<CallWatch, 'provider'> {
  const beganAtMs = clock();
  let firstTokenAtMs: number | undefined;
  let isWhole = false;
  let isOver = false;
  signals.began(beganAtMs);
  return {
    head(_status, headers) {
      isWhole = String(headers['content-type']).startsWith('application/json');
      signals.told.tell(headers, clock());
    },
    firstToken() {
      if (firstTokenAtMs !== undefined || isOver) return;
      firstTokenAtMs = clock();
      signals.answered(isWhole ? undefined : firstTokenAtMs - beganAtMs, firstTokenAtMs);
    },
    end(outcome: CallOutcome) {
      if (isOver) return;
      isOver = true;
      const nowMs = clock();
      const writingMs = firstTokenAtMs === undefined ? undefined : nowMs - firstTokenAtMs;
      signals.ended(outcome, { tookMs: nowMs - beganAtMs, writingMs, isWhole }, nowMs);
      if (outcome.kind === 'succeeded') signals.usage.used((outcome.inputTokens ?? 0) + outcome.outputTokens, nowMs);
    },
  };
}
