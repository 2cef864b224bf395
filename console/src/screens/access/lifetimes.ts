const HOUR_MS = 3_600_000;

const durations: Readonly<Record<string, number>> = {
  '10 minutes': HOUR_MS / 6,
  '1 hour': HOUR_MS,
  '1 day': 24 * HOUR_MS,
  '7 days': 7 * 24 * HOUR_MS,
  '30 days': 30 * 24 * HOUR_MS,
  '90 days': 90 * 24 * HOUR_MS,
  '1 year': 365 * 24 * HOUR_MS,
};

/** How long may be chosen: a link is for the next message, a token for a program. */
export const lifetimes = {
  links: ['10 minutes', '1 hour', '1 day', '7 days'],
  tokens: ['1 day', '7 days', '30 days', '90 days', '1 year'],
} as const;

/** The same in minutes; 0: none was chosen. */
export function minutesOf(lifetime: string): number {
  return (durations[lifetime] ?? 0) / 60_000;
}

/** When one of them ends; undefined: none was chosen. */
export function timeAfter(lifetime: string, nowMs: number): string | undefined {
  const duration = durations[lifetime];
  return duration === undefined ? undefined : new Date(nowMs + duration).toISOString();
}
