import { useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Route, type RouteInput, routesSet } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { writable } from '../../ui/writable.ts';
import { strategies } from '../models/strategies.ts';
import { readNames, readTargets, targetsText } from '../models/targets-text.ts';

type Values = Readonly<Record<string, string>>;

const inputs = [
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
] as const;

/** Makes a route, or changes one; what the form does not have stays as it is, and is changed as JSON. */
export function RouteForm({ route, onClose }: { readonly route: Route | undefined; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const save = async ({ id = route?.id ?? '', ...values }: Values): Promise<void> => {
    const body = { ...(route && writable(route)), ...fieldsOf(values) } as RouteInput;
    await ask(routesSet({ path: { id }, body, headers: route === undefined ? { 'If-Match': '"0"' } : {} }));
    await queries.invalidateQueries({ queryKey: ['routes'] });
    onClose();
  };
  return (
    <FormDialog
      title={route === undefined ? 'New route' : `The route ${route.id}`}
      action={route === undefined ? 'Create' : 'Save'}
      inputs={[...(route === undefined ? [{ name: 'id', label: 'Name', isRequired: true }] : []), ...inputs]}
      initial={initialOf(route)}
      onSubmit={save}
      onClose={onClose}
    >
      <p className="text-soft">Teams, users, headers, hours, sizes and shares can be set as JSON once it is there.</p>
    </FormDialog>
  );
}

function initialOf(route: Route | undefined): Values {
  return {
    order: String(route?.order ?? 0),
    models: (route?.models ?? []).join(', '),
    tags: (route?.tags ?? []).join(', '),
    targets: targetsText(route?.targets ?? []),
    strategy: route?.strategy ?? '',
    fallbacks: (route?.fallbacks ?? []).join(', '),
    status: route?.status ?? 'active',
  };
}

function fieldsOf(values: Values): object {
  const { order = '', models = '', tags = '', targets = '', strategy = '', fallbacks = '', status = '' } = values;
  return {
    order: Number(order),
    models: readNames(models),
    tags: readNames(tags),
    targets: readTargets(targets),
    fallbacks: readNames(fallbacks),
    status,
    strategy: strategy === '' ? undefined : strategy,
  };
}
