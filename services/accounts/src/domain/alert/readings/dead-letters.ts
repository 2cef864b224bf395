import type { Reading } from '../reading.ts';
import { type Rule, SECOND_MS } from './rule.ts';

/** A consumer of the log, and what is stuck before it. */
export interface LookedAtConsumer {
  readonly consumer: string;
  readonly letters: number;
  /** Of the first one; 0: none is stuck. */
  readonly position: number;
  readonly sinceMs: number;
}

/** Consumers that gave up on an event for longer than the rule says. */
export function deadLettersReadings(
  rule: Rule,
  consumers: readonly LookedAtConsumer[],
  nowMs: number,
): readonly Reading[] {
  return consumers.map(({ consumer, letters, position, sinceMs }): Reading => {
    const isLong = nowMs - sinceMs >= rule.forSeconds * SECOND_MS;
    return {
      ruleId: rule.id,
      kind: 'dead_letters',
      subject: { kind: 'consumer', id: consumer, name: '' },
      threshold: `${rule.forSeconds} s`,
      state: letters === 0 ? 'clear' : isLong ? 'over' : 'between',
      facts: { letters: String(letters), position: String(position) },
    };
  });
}
