import { type Model, modelsDelete, modelsGet, modelsSet } from '../../api/gen/index.ts';
import type { NamedKind } from '../../ui/named-kind.ts';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { strategies } from './strategies.ts';
import { readTargets, targetsText } from './targets-text.ts';

/** What is said of a model beside what the catalogue and the providers say. */
export const modelKind: NamedKind<Model> = {
  what: 'model',
  roles: ['operator'],
  reads: ['models'],
  consequence: "Without its definition the name goes where the providers' lists say, or nowhere.",
  nameHint: 'As clients write it; * stands for any characters',
  inputs: [
    {
      name: 'targets',
      label: 'Targets',
      isLong: true,
      hint: 'A line each: provider/model weight=2 tier=1. Lower tiers are tried first. None: the providers that list it.',
    },
    { name: 'status', label: 'Status', options: ['active', 'disabled'] },
    {
      name: 'strategy',
      label: 'Strategy',
      options: strategies,
      none: 'the usual one',
      hint: 'How its requests are spread over the targets',
    },
    { name: 'fallbacks', label: 'Fallbacks', hint: 'Models that answer where it has not, with commas between them' },
    {
      name: 'output_tokens_default',
      label: 'Output tokens',
      hint: 'Where a client names no bound; empty: the setting’s',
    },
  ],
  initialOf: (model) => ({
    targets: targetsText(model?.targets ?? []),
    status: model?.status ?? 'active',
    strategy: model?.strategy ?? '',
    fallbacks: textOf(model?.fallbacks),
    output_tokens_default: String(model?.output_tokens_default || ''),
  }),
  fieldsOf: ({ targets = '', status = '', strategy = '', fallbacks = '', output_tokens_default = '' }) => ({
    targets: readTargets(targets),
    fallbacks: listIn(fallbacks),
    output_tokens_default: Number(output_tokens_default),
    status,
    strategy: strategy || undefined,
  }),
  get: (asked) => modelsGet(asked),
  set: (asked) => modelsSet(asked),
  remove: (asked) => modelsDelete(asked),
};
