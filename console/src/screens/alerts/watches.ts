import type { AlertRule } from '../../api/gen/index.ts';
import type { Input } from '../../ui/input-field.tsx';

export type Watched = NonNullable<AlertRule['watches']>;

interface Threshold extends Input {
  /** What holds where nothing is said; it stands in the form of a new rule. */
  readonly usual: string;
  /** How the API has it. */
  readonly as: 'number' | 'numbers' | 'text';
}

/** Lists of whom a rule is for; empty: all. */
type Scope = 'users' | 'teams' | 'organisations' | 'limits' | 'providers' | 'keys';

interface Watch {
  readonly name: Watched;
  readonly title: string;
  readonly explanation: string;
  readonly thresholds: readonly Threshold[];
  readonly scopes: readonly Scope[];
}

const forSeconds: Threshold = {
  ...{ name: 'for_seconds', label: 'For at least, s', type: 'number', usual: '60', as: 'number' },
  hint: 'Shorter ones are not told of',
};

/** What can be watched, what it is told of by, and what that begins with. */
export const watches: readonly Watch[] = [
  {
    name: 'limit_used',
    title: 'A limit is used up to a share',
    explanation: 'Once for each share in each period of the limit: at 50, 80 and 100 %, unless you say otherwise.',
    thresholds: [
      {
        ...{ name: 'limit_percents', label: 'Shares in percent', usual: '50, 80, 100', as: 'numbers' },
        hint: 'With commas between them',
      },
    ],
    scopes: ['limits'],
  },
  {
    name: 'balance_low',
    title: 'A balance is low',
    explanation:
      'Less money than you say is left, or it lasts fewer days than you say. Again only after it was topped up.',
    thresholds: [
      { name: 'balance_below_usd', label: 'Below, USD', hint: 'Empty: by days alone', usual: '', as: 'text' },
      {
        ...{ name: 'days_left_below', label: 'Lasts fewer days than', type: 'number', usual: '3', as: 'number' },
        hint: 'At the spending of the last 7 days',
      },
    ],
    scopes: ['users', 'teams', 'organisations'],
  },
  {
    name: 'provider_down',
    title: 'A provider is down',
    explanation: 'Its circuit breaker is open, or it cannot be reached, for some time.',
    thresholds: [forSeconds],
    scopes: ['providers'],
  },
  {
    name: 'error_rate',
    title: 'Too many requests fail',
    explanation: 'A share of the requests of the last minutes failed. Few requests say little: they are left out.',
    thresholds: [
      { name: 'error_percent', label: 'Failed, percent', hint: 'Of the requests', usual: '10', as: 'text' },
      {
        ...{ name: 'window_minutes', label: 'Within, minutes', type: 'number', usual: '10', as: 'number' },
        hint: 'How far back it looks',
      },
      {
        ...{ name: 'requests_min', label: 'Of at least so many requests', type: 'number', usual: '20', as: 'number' },
        hint: 'With fewer it says nothing',
      },
    ],
    scopes: ['users', 'teams', 'providers', 'keys'],
  },
  {
    name: 'unusual_spend',
    title: 'A key spends out of the ordinary',
    explanation: 'An hour of a key is far above its own hours of the last 7 days.',
    thresholds: [
      {
        ...{ name: 'deviations', label: 'Standard deviations above', type: 'number', usual: '4', as: 'number' },
        hint: 'Of its own hours. Higher: fewer alerts',
      },
      { name: 'spend_above_usd', label: 'And at least, USD', hint: 'Of the hour', usual: '1', as: 'text' },
      {
        ...{ name: 'history_hours_min', label: 'Hours of history', type: 'number', usual: '24', as: 'number' },
        hint: 'Younger keys are left out',
      },
    ],
    scopes: ['keys'],
  },
  {
    name: 'dead_letters',
    title: 'Events have no outcome',
    explanation: 'A consumer of the log has given up on an event for now, and it is not resolved by itself.',
    thresholds: [forSeconds],
    scopes: [],
  },
];

export const watchNames = watches.map(({ name }) => name);

export function watchOf(name: string | null | undefined): Watch | undefined {
  return watches.find((watch) => watch.name === name);
}
