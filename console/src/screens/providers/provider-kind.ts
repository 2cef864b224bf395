import { type Provider, providersDelete, providersGet, providersSet } from '../../api/gen/index.ts';
import type { NamedKind } from '../../ui/named-kind.ts';
import { listIn } from '../../ui/text-lists.ts';
import { keyInputs, keyOf } from './key-fields.ts';

/** Numbers that are 0 where the gateway's own hold. */
const numbers = [
  ['priority', 'Priority', 'Lower ones are tried first'],
  ['weight', 'Weight', 'Its share among providers of the same priority; empty: 1'],
  ['concurrency_max', 'Calls at a time', 'Empty: as many as there are connections'],
  ['retries_max', 'Repetitions', 'Of one request after a failure; empty: once'],
  ['call_timeout_ms', 'Time of a call, ms', "From its beginning to the end of its answer; empty: the gateway's"],
  ['probe_interval_seconds', 'Probe every, s', 'It is asked whether it is there; empty: never'],
] as const;

/** Where requests go. What is sent, renamed and refused, proxies and certificates are set as JSON. */
export const providerKind: NamedKind<Provider> = {
  what: 'provider',
  roles: ['operator'],
  reads: ['providers', 'provider-health', 'models'],
  consequence: 'Requests for its models go to other providers that have them, or nowhere. Its key is forgotten.',
  nameHint: 'Short: it stands in routes, prices and reports',
  inputs: [
    { name: 'kind', label: 'Wire format', options: ['openai', 'anthropic'], isRequired: true },
    {
      name: 'base_url',
      label: 'Address',
      type: 'url',
      isRequired: true,
      hint: 'Up to and with its version: https://…/v1',
    },
    ...keyInputs('Empty: the one that is there stays'),
    {
      name: 'preset',
      label: 'Preset',
      hint: 'The row of the catalogue whose rules apply: deepseek, mistral; empty: its name’s',
    },
    { name: 'catalogue', label: 'Prices of', hint: 'A provider of the price catalogue; empty: its name' },
    {
      name: 'models',
      label: 'Models',
      isLong: true,
      hint: 'With commas or a line each; empty: all that the catalogue lists',
    },
    { name: 'region', label: 'Region', hint: 'Where it computes, such as eu; empty: not known' },
    ...numbers.map(([name, label, hint]) => ({ name, label, hint, type: 'number' })),
  ],
  lead: 'Formats, headers, renamed and refused fields, proxies and certificates can be set as JSON once it is there.',
  initialOf: (provider) => ({
    kind: provider?.kind ?? '',
    base_url: provider?.base_url ?? '',
    api_key_ref: provider?.api_key_ref ?? '',
    preset: provider?.preset ?? '',
    catalogue: provider?.catalogue ?? '',
    models: (provider?.models ?? []).join('\n'),
    region: provider?.region ?? '',
    ...Object.fromEntries(numbers.map(([name]) => [name, String(provider?.[name] || '')])),
  }),
  fieldsOf: ({ models = '', ...values }) => ({
    kind: values.kind,
    base_url: values.base_url,
    ...keyOf(values),
    preset: values.preset || undefined,
    catalogue: values.catalogue || undefined,
    region: values.region || undefined,
    models: listIn(models),
    ...Object.fromEntries(numbers.map(([name]) => [name, Number(values[name] ?? '')])),
  }),
  get: (asked) => providersGet(asked),
  set: (asked) => providersSet(asked),
  remove: (asked) => providersDelete(asked),
};
