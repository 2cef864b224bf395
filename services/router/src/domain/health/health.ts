/** A provider's health by the last calls; see SPEC.md. */
export type Health =
  | { readonly status: 'healthy'; readonly failures: number }
  | { readonly status: 'resting'; readonly untilMs: number }
  | { readonly status: 'probing' };

export type HealthEvent = 'call-started' | 'call-succeeded' | 'call-failed' | 'call-abandoned';

/** So many failures in a row are no accident of one request. */
export const FAILURES_MAX = 5;
/** Long enough for a restart or a rate-limit window to pass, short enough that a recovered provider is soon used again. */
export const REST_MS = 10_000;

export const healthyFromTheStart: Health = { status: 'healthy', failures: 0 };

type Transition = (nowMs: number, health: Health) => Health;

const rest: Transition = (nowMs) => ({ status: 'resting', untilMs: nowMs + REST_MS });
const recover: Transition = () => healthyFromTheStart;
const stay: Transition = (_nowMs, health) => health;

const transitions: Record<Health['status'], Record<HealthEvent, Transition>> = {
  healthy: {
    'call-started': stay,
    'call-succeeded': recover,
    'call-failed': (nowMs, health) => {
      const failures = health.status === 'healthy' ? health.failures + 1 : 1;
      return failures >= FAILURES_MAX ? rest(nowMs, health) : { status: 'healthy', failures };
    },
    'call-abandoned': stay,
  },
  resting: {
    'call-started': (nowMs, health) => (isDueForProbe(health, nowMs) ? { status: 'probing' } : health),
    'call-succeeded': recover,
    'call-failed': rest,
    'call-abandoned': stay,
  },
  probing: {
    'call-started': stay,
    'call-succeeded': recover,
    'call-failed': rest,
    // The call taught nothing, so the next call may probe at once.
    'call-abandoned': (nowMs) => ({ status: 'resting', untilMs: nowMs }),
  },
};

/** The health after an event. */
export function evolveHealth(health: Health, event: HealthEvent, nowMs: number): Health {
  return transitions[health.status][event](nowMs, health);
}

/** Whether requests should go to this provider before they go to one that is not preferred. */
export function isPreferred(health: Health, nowMs: number): boolean {
  return health.status === 'healthy' || isDueForProbe(health, nowMs);
}

function isDueForProbe(health: Health, nowMs: number): boolean {
  return health.status === 'resting' && nowMs >= health.untilMs;
}
