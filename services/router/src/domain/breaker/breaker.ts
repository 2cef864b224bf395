import { emptyWindow, type FailureWindow, totalsOf, withCall } from './failure-window.ts';

/** Why a breaker opened. */
export type Opening =
  | { readonly kind: 'in-a-row'; readonly failures: number; readonly failure: string }
  | { readonly kind: 'failure-rate'; readonly failures: number; readonly calls: number; readonly failure: string }
  /** The key, or the account's money. */
  | { readonly kind: 'at-once'; readonly failure: string }
  /** The call that was let through. */
  | { readonly kind: 'probe'; readonly failure: string };

/** A circuit breaker; see SPEC.md. `openings`: in a row, without a long closed time in between. */
export type Breaker =
  | {
      readonly status: 'closed';
      /** 0: from the beginning. */
      readonly sinceMs: number;
      readonly openings: number;
      /** In a row. */
      readonly failures: number;
      readonly window: FailureWindow;
    }
  | {
      readonly status: 'open';
      readonly sinceMs: number;
      readonly openings: number;
      readonly untilMs: number;
      readonly opening: Opening;
    }
  | {
      readonly status: 'half_open';
      readonly sinceMs: number;
      readonly openings: number;
      readonly opening: Opening;
    };

export type BreakerEvent =
  | { readonly kind: 'call-started'; readonly nowMs: number }
  | { readonly kind: 'call-succeeded'; readonly nowMs: number; readonly startedAtMs: number }
  | {
      /** `call-outrun`: a call that began later has answered, and this one had given no byte. */
      readonly kind: 'call-failed' | 'call-outrun' | 'opened-at-once';
      readonly nowMs: number;
      readonly startedAtMs: number;
      /** For people: the class of the failure. */
      readonly failure: string;
    }
  /** The call that was let through in `half_open` has taught nothing. */
  | { readonly kind: 'probe-abandoned'; readonly nowMs: number };

/** So many failures in a row are no accident of one request. */
export const FAILURES_MAX = 5;
/** Fewer calls tell no rate. */
export const RATE_CALLS_MIN = 20;
/** The failed share of the window that opens the breaker, in percent. */
export const RATE_MAX_PERCENT = 50;
/** Long enough for a restart to pass, short enough that a recovered provider is soon used again. */
export const REST_MIN_MS = 10_000;
/** A provider that is away for hours costs a request every five minutes. */
export const REST_MAX_MS = 300_000;
/** A key that is refused, and an account without money, wait for a person. */
export const REST_AT_ONCE_MS = 60_000;
/** Closed for so long, the breaker has forgotten how often it opened. */
const STEADY_MS = 60_000;
/** A probe that is not decided by then is a long answer, or hangs: another call may probe. */
export const HALF_OPEN_MAX_MS = 30_000;

export const closedFromTheStart: Breaker = {
  status: 'closed',
  sinceMs: 0,
  openings: 0,
  failures: 0,
  window: emptyWindow,
};

type Of<K extends BreakerEvent['kind']> = Extract<BreakerEvent, { readonly kind: K }>;
type Row<S extends Breaker['status']> = {
  readonly [K in BreakerEvent['kind']]: (state: Extract<Breaker, { readonly status: S }>, event: Of<K>) => Breaker;
};

type Transition = (state: Breaker, event: BreakerEvent) => Breaker;

const stay = (state: Breaker): Breaker => state;
const close = ({ openings }: Breaker, { nowMs }: BreakerEvent): Breaker => ({
  ...closedFromTheStart,
  sinceMs: nowMs,
  openings,
});
const openAtOnce = (state: Breaker, { nowMs, failure }: Of<'opened-at-once'>): Breaker =>
  opened(state, nowMs, { kind: 'at-once', failure }, REST_AT_ONCE_MS);
const letThrough = (state: Exclude<Breaker, { status: 'closed' }>, { nowMs }: BreakerEvent): Breaker => {
  if (!isDue(state, nowMs)) return state;
  const { openings, opening } = state;
  return { status: 'half_open', sinceMs: nowMs, openings, opening };
};

const transitions: { readonly [S in Breaker['status']]: Row<S> } = {
  closed: {
    'call-started': stay,
    'call-succeeded': (state, { nowMs }) => ({ ...state, failures: 0, window: withCall(state.window, false, nowMs) }),
    'call-failed': failedWhileClosed,
    // It may only be slower: answers in between clear it, and it tells no rate.
    'call-outrun': (state, event) => failedInARow(state, event) ?? { ...state, failures: state.failures + 1 },
    'opened-at-once': openAtOnce,
    'probe-abandoned': stay,
  },
  open: {
    'call-started': letThrough,
    'call-succeeded': close,
    // Else each call that is made as a last hope would lengthen the rest.
    'call-failed': stay,
    'call-outrun': stay,
    'opened-at-once': (state, event) => (state.opening.kind === 'at-once' ? state : openAtOnce(state, event)),
    'probe-abandoned': stay,
  },
  half_open: {
    'call-started': letThrough,
    'call-succeeded': close,
    'call-failed': probeFailed,
    'call-outrun': probeFailed,
    'opened-at-once': openAtOnce,
    'probe-abandoned': ({ openings, opening }, { nowMs }) => ({
      status: 'open',
      sinceMs: nowMs,
      openings,
      untilMs: nowMs,
      opening,
    }),
  },
};

/** The breaker after an event. A call that began before the state did teaches nothing. */
export function evolveBreaker(state: Breaker, event: BreakerEvent): Breaker {
  if ('startedAtMs' in event && event.startedAtMs < state.sinceMs) return state;
  // The table is complete by its type; that the row is the state's, the compiler does not see.
  const row = transitions[state.status] as unknown as Record<BreakerEvent['kind'], Transition>;
  return row[event.kind](state, event);
}

/** Whether other ways are tried first. */
export function isOpenFor(state: Breaker, nowMs: number): boolean {
  return state.status !== 'closed' && !isDue(state, nowMs);
}

/** Whether the next call is let through. */
function isDue(state: Exclude<Breaker, { status: 'closed' }>, nowMs: number): boolean {
  return nowMs >= (state.status === 'open' ? state.untilMs : state.sinceMs + HALF_OPEN_MAX_MS);
}

type Closed = Extract<Breaker, { readonly status: 'closed' }>;

/** null: not yet so many. */
function failedInARow(state: Closed, { nowMs, failure }: Of<'call-failed' | 'call-outrun'>): Breaker | null {
  const failures = state.failures + 1;
  if (failures < FAILURES_MAX) return null;
  return opened(state, nowMs, { kind: 'in-a-row', failures, failure }, REST_MIN_MS);
}

function probeFailed(state: Breaker, { nowMs, failure }: Of<'call-failed' | 'call-outrun'>): Breaker {
  return opened(state, nowMs, { kind: 'probe', failure }, REST_MIN_MS);
}

function failedWhileClosed(state: Closed, event: Of<'call-failed'>): Breaker {
  const inARow = failedInARow(state, event);
  if (inARow !== null) return inARow;
  const { nowMs, failure } = event;
  const window = withCall(state.window, true, nowMs);
  const total = totalsOf(window, nowMs);
  if (total.calls >= RATE_CALLS_MIN && total.failures * 100 >= total.calls * RATE_MAX_PERCENT) {
    return opened(state, nowMs, { kind: 'failure-rate', ...total, failure }, REST_MIN_MS);
  }
  return { ...state, failures: state.failures + 1, window };
}

function opened(state: Breaker, nowMs: number, opening: Opening, restMinMs: number): Breaker {
  const isSteady = state.status === 'closed' && nowMs - state.sinceMs >= STEADY_MS;
  const openings = isSteady ? 1 : state.openings + 1;
  const restMs = Math.min(REST_MAX_MS, restMinMs * 2 ** (openings - 1));
  return { status: 'open', sinceMs: nowMs, openings, untilMs: nowMs + restMs, opening };
}
