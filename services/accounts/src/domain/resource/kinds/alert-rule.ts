import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { parsePercent } from '#kernel/percent.ts';
import { parseUsd } from '#money/nano-usd.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { type AlertKind, alertKinds } from '../../alert/alert-message.ts';
import type { KindRules } from '../kind-rules.ts';

type Rule = ResourceOf<'alertRule'>;
type Scope = 'users' | 'teams' | 'organisations' | 'limits' | 'providers' | 'keys';
type Threshold =
  | 'limitPercents'
  | 'balanceBelowUsd'
  | 'daysLeftBelow'
  | 'forSeconds'
  | 'errorPercent'
  | 'windowMinutes'
  | 'requestsMin'
  | 'deviations'
  | 'spendAboveUsd'
  | 'historyHoursMin';

const nameOf: Readonly<Record<Scope | Threshold, string>> = {
  users: 'users',
  teams: 'teams',
  organisations: 'organisations',
  limits: 'limits',
  providers: 'providers',
  keys: 'keys',
  limitPercents: 'limit_percents',
  balanceBelowUsd: 'balance_below_usd',
  daysLeftBelow: 'days_left_below',
  forSeconds: 'for_seconds',
  errorPercent: 'error_percent',
  windowMinutes: 'window_minutes',
  requestsMin: 'requests_min',
  deviations: 'deviations',
  spendAboveUsd: 'spend_above_usd',
  historyHoursMin: 'history_hours_min',
};

/** What belongs to a kind of rule, and what its thresholds are where a caller leaves them out. */
const kinds: Readonly<Record<AlertKind, { scopes: readonly Scope[]; defaults: Readonly<Partial<Rule>> }>> = {
  balance_low: {
    scopes: ['users', 'teams', 'organisations'],
    defaults: { balanceBelowUsd: '', daysLeftBelow: 3 },
  },
  limit_used: { scopes: ['limits'], defaults: { limitPercents: [50, 80, 100] } },
  // Shorter outages are what retries and fallbacks are for.
  provider_down: { scopes: ['providers'], defaults: { forSeconds: 60 } },
  // Fewer than twenty requests make a tenth of two.
  error_rate: {
    scopes: ['users', 'teams', 'providers', 'keys'],
    defaults: { errorPercent: '10', windowMinutes: 10, requestsMin: 20 },
  },
  // A day of history has each hour of a day's rhythm; four deviations are rare in whatever distribution (Chebyshev: 1 in 16).
  unusual_spend: { scopes: ['keys'], defaults: { deviations: 4, spendAboveUsd: '1', historyHoursMin: 24 } },
  // What is stuck is tried again by itself within a minute.
  dead_letters: { scopes: [], defaults: { forSeconds: 60 } },
};

/** Rules of alerts: thresholds stand in them as they hold, defaults as well, so that a later gateway's defaults change no rule. */
export const alertRuleRules: KindRules<'alertRule'> = {
  settle(next) {
    const settled: Rule = { ...next, status: next.status === '' ? 'active' : next.status };
    const kind = kindOf(next);
    if (kind === undefined) return settled;
    const isBalanceGiven = next.balanceBelowUsd !== '' || next.daysLeftBelow !== 0;
    if (kind === 'balance_low' && isBalanceGiven) return settled;
    const defaults = Object.entries(kinds[kind].defaults).filter(([name]) => isEmpty(next[name as Threshold]));
    const percents = [...new Set(next.limitPercents)].sort((one, other) => one - other);
    return { ...settled, limitPercents: percents, ...Object.fromEntries(defaults) };
  },
  problem: (next) =>
    foreignProblem(next) ??
    amountProblem(next, 'spendAboveUsd') ??
    amountProblem(next, 'balanceBelowUsd') ??
    percentProblem(next) ??
    subjectsProblem(next) ??
    channelsProblem(next),
};

/** Fields that say nothing of what the rule watches were meant for another rule. */
function foreignProblem(rule: Rule): Refusal | undefined {
  const kind = kindOf(rule);
  if (kind === undefined) return undefined;
  const { scopes, defaults } = kinds[kind];
  const own = new Set<string>([...scopes, ...Object.keys(defaults)]);
  const foreign = (Object.keys(nameOf) as (Scope | Threshold)[]).find((name) => !own.has(name) && !isEmpty(rule[name]));
  if (foreign === undefined) return undefined;
  const field = nameOf[foreign];
  return invalid(`'${field}' is not for rules that watch ${rule.watches}.`, field);
}

function amountProblem(rule: Rule, name: 'spendAboveUsd' | 'balanceBelowUsd'): Refusal | undefined {
  if (rule[name] === '' || parseUsd(rule[name]) > 0n) return undefined;
  return invalid(`'${nameOf[name]}' must be more than 0.`, nameOf[name]);
}

function percentProblem({ errorPercent }: Rule): Refusal | undefined {
  if (errorPercent === '' || (parsePercent(errorPercent) ?? 0) > 0) return undefined;
  return invalid("'error_percent' must be more than 0.", 'error_percent');
}

/** Each subject of an error rate is a question to billing at every look. */
const RATED_MAX = 50;

function subjectsProblem({ watches, users, teams, providers, keys }: Rule): Refusal | undefined {
  if (watches !== 'error_rate') return undefined;
  const count = users.length + teams.length + providers.length + keys.length;
  if (count <= RATED_MAX) return undefined;
  return invalid(`A rule for error rates watches at most ${RATED_MAX} subjects, and not ${count}.`, 'keys');
}

function channelsProblem({ channels }: Rule): Refusal | undefined {
  const twice = channels.findIndex((id, index) => channels.indexOf(id) !== index);
  if (twice < 0) return undefined;
  return invalid(`'channels[${twice}]' names a channel that is named before.`, `channels[${twice}]`);
}

function kindOf({ watches }: Rule): AlertKind | undefined {
  return alertKinds.find((kind) => kind === watches);
}

function isEmpty(value: string | number | readonly unknown[]): boolean {
  return value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
}
