import { type AlertBook, aboutOf, type KnownAlert } from './alert-book.ts';
import { isBefore, type Reading, type RuleReadings, windowText } from './reading.ts';

export type AlertDecision =
  | { readonly type: 'raise'; readonly reading: Reading; readonly window: string }
  | { readonly type: 'resolve'; readonly alertId: string; readonly reason: 'over' | 'unwatched' };

/**
 * Which alerts begin and which are over, from what is known and what a look found. The same look again decides nothing, so looks
 * may be any number, and a decision that was lost on its way to the log is decided again by the next one.
 */
export function decideAlerts(book: AlertBook, looked: readonly RuleReadings[]): readonly AlertDecision[] {
  const decisions: AlertDecision[] = [];
  const seen = new Set<string>();
  for (const reading of looked.flatMap(({ readings }) => readings)) {
    const { ruleId, subject, threshold } = reading;
    const about = aboutOf({ ruleId, subjectKind: subject.kind, subjectId: subject.id, threshold });
    if (seen.has(about)) continue;
    seen.add(about);
    decisions.push(...decideOne(book.get(about), reading));
  }
  const partial = new Set(looked.flatMap(({ ruleId, isWhole }) => (isWhole ? [] : [ruleId])));
  for (const [about, { alertId, ruleId, isFiring }] of book) {
    if (!isFiring || seen.has(about) || partial.has(ruleId)) continue;
    decisions.push({ type: 'resolve', alertId, reason: 'unwatched' });
  }
  return decisions;
}

function decideOne(known: KnownAlert | undefined, reading: Reading): readonly AlertDecision[] {
  const { window, state } = reading;
  const isOld = window !== undefined && known !== undefined && isBefore(window, known.window);
  if (isOld || state === 'between') return [];
  const end = known?.isFiring ? [{ type: 'resolve', alertId: known.alertId, reason: 'over' } as const] : [];
  if (state === 'clear') return end;
  if (window !== undefined) {
    const text = windowText(window);
    return known?.window === text ? [] : [...end, { type: 'raise', reading, window: text }];
  }
  return known?.isFiring ? [] : [{ type: 'raise', reading, window: String(Number(known?.window ?? 0) + 1) }];
}
