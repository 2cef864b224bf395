import type { Input } from '../../ui/form-dialog.tsx';

export const subjectKinds = ['gateway', 'organisation', 'team', 'user', 'key', 'tag', 'provider'];
export const units = ['requests', 'tokens', 'input_tokens', 'output_tokens', 'cost'];
export const limitPeriods = ['minute', 'hour', 'day', 'week', 'month', 'ever'];
export const limitKinds = ['hard', 'rate', 'soft'];

/** Whom a limit is for, as the API names it. */
export const subjectInputs: readonly Input[] = [
  { name: 'subject.kind', label: 'For', options: subjectKinds, isRequired: true },
  { name: 'subject.id', label: 'Id', hint: "The user's, team's, key's id, or the tag; empty for the gateway" },
];

/** What a limit counts, and how far it goes. */
export const countInputs: readonly Input[] = [
  { name: 'unit', label: 'Unit', options: units, isRequired: true },
  { name: 'period', label: 'Period', options: limitPeriods, isRequired: true },
  { name: 'amount', label: 'Amount', hint: 'A whole number; USD where the unit is cost', isRequired: true },
  {
    name: 'kind',
    label: 'Kind',
    options: limitKinds,
    none: "the unit's",
    hint: 'Hard refuses before money is spent, rate paces, soft only warns',
  },
  { name: 'models', label: 'Models', hint: 'A pattern such as gpt-4*; empty: every model' },
];

type Values = Readonly<Record<string, string>>;

/** A name for a limit that says what it is: what two limits share, they share the name of, and the second is refused. */
export function limitIdOf(values: Values): string {
  const { unit = '', period = '', models = '' } = values;
  const subject = [values['subject.kind'], values['subject.id']].filter(Boolean).join('-');
  const name = `${subject}-${unit}-per-${period}${models === '' ? '' : `-${models}`}`;
  return name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 128);
}
