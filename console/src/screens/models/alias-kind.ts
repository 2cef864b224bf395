import { type Alias, aliasesDelete, aliasesGet, aliasesSet } from '../../api/gen/index.ts';
import type { NamedKind } from '../../ui/named-kind.ts';
import { listIn } from '../../ui/text-lists.ts';
import { strategies } from './strategies.ts';

/** Another name for a model, or for several that are tried in their order. */
export const aliasKind: NamedKind<Alias> = {
  what: 'alias',
  roles: ['operator'],
  reads: ['models'],
  consequence:
    'Clients that use this name are told that there is no such model, unless a provider has one of this name.',
  nameHint: 'As clients write it; may hold one *',
  inputs: [
    {
      name: 'models',
      label: 'Models',
      isLong: true,
      isRequired: true,
      hint: 'Tried in this order; a line each. A * stands for what the * of the name stands for.',
    },
    {
      name: 'strategy',
      label: 'Strategy',
      options: strategies,
      none: 'the usual one',
      hint: 'How its requests are spread over the models',
    },
  ],
  initialOf: (alias) => ({ models: (alias?.models ?? []).join('\n'), strategy: alias?.strategy ?? '' }),
  fieldsOf: ({ models = '', strategy = '' }) => ({ models: listIn(models), strategy: strategy || undefined }),
  get: (asked) => aliasesGet(asked),
  set: (asked) => aliasesSet(asked),
  remove: (asked) => aliasesDelete(asked),
};
