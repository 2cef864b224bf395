import { type Route, routesDelete, routesGet, routesSet } from '../../api/gen/index.ts';
import type { NamedKind } from '../../ui/named-kind.ts';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { strategies } from '../models/strategies.ts';
import { readTargets, targetsText } from '../models/targets-text.ts';

/** What says where requests of some kind go. */
export const routeKind: NamedKind<Route> = {
  what: 'route',
  roles: ['operator'],
  reads: ['routes', 'route-explanation'],
  consequence: 'Requests that it fits go where the next route, or their model, sends them.',
  inputs: [
    { name: 'order', label: 'Order', type: 'number', hint: 'Lower ones are looked at first' },
    { name: 'models', label: 'Models', isRequired: true, hint: 'As clients name them; * stands for any characters' },
    { name: 'tags', label: 'Tags', hint: 'Of users, keys and teams; empty: everybody’s requests' },
    {
      name: 'targets',
      label: 'Targets',
      isLong: true,
      hint: 'A line each: provider/model weight=2 tier=1. None: where requests would go without it.',
    },
    { name: 'strategy', label: 'Strategy', options: strategies, none: 'the usual one' },
    { name: 'fallbacks', label: 'Fallbacks', hint: 'Models in place of the model’s own' },
    { name: 'status', label: 'Status', options: ['active', 'disabled'] },
  ],
  lead: 'Teams, users, headers, hours, sizes and shares can be set as JSON once it is there.',
  initialOf: (route) => ({
    order: String(route?.order ?? 0),
    models: textOf(route?.models),
    tags: textOf(route?.tags),
    targets: targetsText(route?.targets ?? []),
    strategy: route?.strategy ?? '',
    fallbacks: textOf(route?.fallbacks),
    status: route?.status ?? 'active',
  }),
  fieldsOf: ({ order = '', models = '', tags = '', targets = '', strategy = '', fallbacks = '', status = '' }) => ({
    order: Number(order),
    models: listIn(models),
    tags: listIn(tags),
    targets: readTargets(targets),
    fallbacks: listIn(fallbacks),
    status,
    strategy: strategy || undefined,
  }),
  get: (asked) => routesGet(asked),
  set: (asked) => routesSet(asked),
  remove: (asked) => routesDelete(asked),
};
