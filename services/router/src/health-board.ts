import type { Clock } from '#kernel/clock.ts';
import {
  evolveHealth,
  type Health,
  type HealthEvent,
  healthyFromTheStart,
  isPreferred,
} from './domain/health/health.ts';

/** Every provider's health. In memory only: after a restart a few calls teach it again. */
export interface HealthBoard {
  note(provider: string, event: HealthEvent): void;
  /** What is known of a provider is known no more: it was changed. */
  forget(provider: string): void;
  /** The candidates in the order of trial: the preferred ones first, each group in its given order. */
  inOrder<C extends { readonly provider: string }>(candidates: readonly C[]): readonly C[];
  isHealthy(provider: string): boolean;
  /** It is healthy, or is to be tried again. */
  isPreferred(provider: string, nowMs: number): boolean;
}

export function createHealthBoard(clock: Clock): HealthBoard {
  const board = new Map<string, Health>();
  const healthOf = (provider: string): Health => board.get(provider) ?? healthyFromTheStart;

  return {
    note(provider, event) {
      const before = healthOf(provider);
      const after = evolveHealth(before, event, clock());
      if (after !== before) board.set(provider, after);
    },
    forget: (provider) => void board.delete(provider),
    inOrder(candidates) {
      if (candidates.length < 2) return candidates;
      const nowMs = clock();
      const isFirst = (candidate: { readonly provider: string }) => isPreferred(healthOf(candidate.provider), nowMs);
      if (candidates.every(isFirst)) return candidates;
      return [...candidates.filter(isFirst), ...candidates.filter((candidate) => !isFirst(candidate))];
    },
    isPreferred: (provider, nowMs) => isPreferred(healthOf(provider), nowMs),
    isHealthy: (provider) => healthOf(provider).status === 'healthy',
  };
}
