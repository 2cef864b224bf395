import type { RecordedEvent } from '#journal/recorded-event.ts';
import { changeOf, resourceToJson } from '#registry/changes.ts';

/** The actor of what comes from a configuration. */
export const CONFIG_ACTOR = 'config';

/** Who has said what the settings say. */
export interface SettingsHistory {
  /** An administrator was the last to change this field, by its name in the log. */
  isByHand(field: string): boolean;
}

/** Folds the stream of the settings. A field belongs to whoever changed it last. */
export function settingsHistory(events: readonly RecordedEvent[]): SettingsHistory {
  const byHand = new Set<string>();
  let before: Readonly<Record<string, unknown>> = {};
  for (const event of events) {
    const change = changeOf(event);
    const after =
      change?.type === 'set' && change.resource.case === 'settings'
        ? { ...resourceToJson(change.resource).settings }
        : {};
    const isConfig = event.type === 'ResourceSet' && event.data.by?.actor === CONFIG_ACTOR;
    for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (JSON.stringify(before[field]) === JSON.stringify(after[field as keyof typeof after])) continue;
      if (isConfig) byHand.delete(field);
      else byHand.add(field);
    }
    before = after;
  }
  return { isByHand: (field) => byHand.has(field) };
}
