import { parsePercent, WHOLE_BASIS_POINTS } from '#kernel/percent.ts';
import type { AlertSubject } from '../alert-message.ts';
import type { Reading } from '../reading.ts';
import type { Rule } from './rule.ts';

/** The requests of a subject within the rule's minutes. */
export interface LookedAtRequests {
  readonly subject: AlertSubject;
  readonly requests: number;
  readonly failed: number;
}

/**
 * Shares of failed requests. Clear at four fifths of the share, or at half of the least number of requests: what hovers at a
 * threshold is one alert.
 */
export function errorRateReadings(rule: Rule, looked: readonly LookedAtRequests[]): readonly Reading[] {
  const bar = parsePercent(rule.errorPercent) ?? WHOLE_BASIS_POINTS;
  return looked.map(({ subject, requests, failed }): Reading => {
    const share = failed * WHOLE_BASIS_POINTS;
    const isOver = requests >= rule.requestsMin && share >= bar * requests;
    const isClear = requests * 2 < rule.requestsMin || share * 5 <= bar * requests * 4;
    return {
      ruleId: rule.id,
      kind: 'error_rate',
      subject,
      threshold: `${rule.errorPercent} %`,
      state: isOver && requests > 0 ? 'over' : isClear || requests === 0 ? 'clear' : 'between',
      facts: { requests: String(requests), failed: String(failed), minutes: String(rule.windowMinutes) },
    };
  });
}
