import { type AlertRule, alertRulesDelete, alertRulesGet, alertRulesSet } from '../../api/gen/index.ts';
import type { Input, Values } from '../../ui/form-dialog.tsx';
import type { NamedKind } from '../../ui/named-kind.ts';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { type Watched, watchOf } from './watches.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A rule that watches one thing: its own thresholds, whom it is for, and where its alerts go. */
export function ruleKind(watched: Watched, channels: readonly string[]): NamedKind<AlertRule> {
  const { explanation, thresholds = [], scopes = [] } = watchOf(watched) ?? {};
  const whom = scopes.map(
    (scope): Input => ({ name: scope, label: `Only these ${scope}`, hint: 'Ids with commas between them; empty: all' }),
  );
  return {
    what: 'alert rule',
    roles: ['operator'],
    reads: ['alert-rules'],
    consequence: 'Nothing is watched by it any more. What it raised stays in the history.',
    inputs: [
      ...thresholds,
      ...whom,
      {
        name: 'channels',
        label: 'Sent to',
        choices: channels,
        hint:
          channels.length === 0 ? 'There is no channel yet: its alerts are shown here alone' : 'None: shown here alone',
      },
    ],
    lead: explanation,
    initialOf(rule) {
      const fields = (rule ?? {}) as Fields;
      const lists = ['channels', ...scopes].map((name) => [name, textOf(fields[name] as string[] | undefined)]);
      const values = thresholds.map(({ name, usual }) => [name, rule === undefined ? usual : textIn(fields[name])]);
      return Object.fromEntries([...lists, ...values]) as Values;
    },
    fieldsOf: (values) => ({
      watches: watched,
      ...Object.fromEntries(['channels', ...scopes].map((name) => [name, listIn(values[name] ?? '')])),
      ...Object.fromEntries(thresholds.map(({ name, as }) => [name, readAs(as, values[name]?.trim() ?? '')])),
    }),
    get: (asked) => alertRulesGet(asked),
    set: (asked) => alertRulesSet(asked),
    remove: (asked) => alertRulesDelete(asked),
  };
}

function textIn(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return value === undefined || value === null || value === 0 ? '' : String(value);
}

function readAs(as: 'number' | 'numbers' | 'text', text: string): unknown {
  if (as === 'numbers') return listIn(text).map((each) => Number(each.replace(/\s*%$/, '')));
  if (text === '') return undefined;
  return as === 'number' ? Number(text) : text;
}
