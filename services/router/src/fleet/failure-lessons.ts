import type { FailureClass } from './call-outcome.ts';

/** What a call teaches of one breaker. */
export type Lesson = 'works' | 'failed' | 'outrun' | 'at-once' | 'nothing';

export interface Lessons {
  readonly provider: Lesson;
  readonly account: Lesson;
  readonly deployment: Lesson;
  /** When the deployment is to be left alone: always, or where the provider says how long. */
  readonly coolsDown: 'always' | 'if-told' | 'never';
}

export const itWorks: Lessons = { provider: 'works', account: 'works', deployment: 'works', coolsDown: 'never' };

const keyRefused: Lessons = { provider: 'works', account: 'at-once', deployment: 'nothing', coolsDown: 'never' };
const itFailed: Lessons = { provider: 'works', account: 'nothing', deployment: 'failed', coolsDown: 'never' };

/** What each class of failure teaches; domain/breaker/SPEC.md says why. */
export const failureLessons: Readonly<Record<FailureClass, Lessons>> = {
  request: itWorks,
  'context-window': itWorks,
  'content-policy': itWorks,
  'not-here': { provider: 'works', account: 'nothing', deployment: 'nothing', coolsDown: 'never' },
  rate: { provider: 'works', account: 'nothing', deployment: 'nothing', coolsDown: 'always' },
  overload: { ...itFailed, coolsDown: 'if-told' },
  server: { ...itFailed, coolsDown: 'if-told' },
  key: keyRefused,
  balance: keyRefused,
  timeout: { ...itFailed, provider: 'nothing' },
  unknown: itFailed,
  unreadable: itFailed,
  cut: { ...itFailed, account: 'works' },
  connection: { provider: 'failed', account: 'nothing', deployment: 'nothing', coolsDown: 'never' },
};

/**
 * The key is good, and may not have this model, or not from here (403). Clients choose models: one that asks for what the key may
 * not have must not keep the account from the others.
 */
export const modelForbidden: Lessons = {
  provider: 'works',
  account: 'nothing',
  deployment: 'at-once',
  coolsDown: 'never',
};

/** An account with an address of its own may be out of reach while the provider's others are not. */
export const ownAddressLost: Lessons = {
  provider: 'nothing',
  account: 'failed',
  deployment: 'nothing',
  coolsDown: 'never',
};
