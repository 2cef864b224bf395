import type { Settings, SettingsChange } from '../../api/gen/index.ts';
import { listIn } from '../../ui/text-lists.ts';
import { type SettingField, type SettingName, settingsFields } from './settings-fields.ts';

/** What a form holds of each setting. */
export type SettingTexts = Readonly<Partial<Record<SettingName, string>>>;

/** The two numbers of a throttle, in one text. */
export function throttleIn(text: string): readonly [requestsPerMinute: string, burst: string] {
  const [requests = '', burst = ''] = text.split('/');
  return [requests, burst];
}

/** A setting as its field shows it. */
export function textOfSetting(settings: Settings, name: SettingName): string {
  const value: unknown = settings[name];
  switch (settingsFields[name].as) {
    case 'throttle': {
      const { requests_per_minute = 0, burst = 0 } = (value ?? {}) as { requests_per_minute?: number; burst?: number };
      return `${requests_per_minute}/${burst}`;
    }
    case 'lines':
    case 'choices':
      return ((value ?? []) as string[]).join('\n');
    case 'json':
      return JSON.stringify(value ?? [], null, 2);
    case 'flag':
      return String(value === true);
    case 'number':
      return String(value ?? 0);
    default:
      return String(value ?? '');
  }
}

/**
 * What was edited, as a PATCH says it: fields that nobody touched stay as they are. Throws an `Error` that names the label of what
 * cannot be read.
 */
export function settingsChange(edits: SettingTexts): SettingsChange {
  const entries = Object.entries(edits) as [SettingName, string][];
  return Object.fromEntries(
    entries.map(([name, text]) => [name, valueIn(settingsFields[name], text)]),
  ) as SettingsChange;
}

function valueIn({ as, label }: SettingField, text: string): unknown {
  switch (as) {
    case 'throttle': {
      const [requests, burst] = throttleIn(text);
      return { requests_per_minute: Number(requests), burst: Number(burst) };
    }
    case 'lines':
    case 'choices':
      return listIn(text);
    case 'json':
      return jsonIn(label, text);
    case 'flag':
      return text === 'true';
    case 'number':
      return Number(text);
    default:
      return text === '' ? null : text;
  }
}

function jsonIn(label: string, text: string): unknown {
  try {
    return JSON.parse(text.trim() === '' ? '[]' : text);
  } catch {
    throw new Error(`${label}: this is no JSON.`);
  }
}
