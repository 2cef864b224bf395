import { askVersioned } from '../../api/client.ts';
import {
  type ApiKey,
  type ApiKeyChange,
  apiKeysGet,
  apiKeysPause,
  apiKeysResume,
  apiKeysRevoke,
  apiKeysUpdate,
} from '../../api/gen/index.ts';
import { asPreviewed } from '../../ui/bulk/as-previewed.ts';
import type { BulkAction, Planned, Values } from '../../ui/bulk/bulk-action.ts';
import { changeFields } from '../../ui/bulk/change-fields.ts';
import { utcTime } from '../../ui/format.ts';

const pathOf = ({ id }: ApiKey) => ({ id: id ?? '' });
const read = (key: ApiKey) => askVersioned(apiKeysGet({ path: pathOf(key) }));
const labelOf = ({ name, prefix, id }: ApiKey): string => `${name || id} (${prefix}…)`;

type Command = typeof apiKeysPause | typeof apiKeysResume | typeof apiKeysRevoke;

/* The commands take no version, and need none: given twice, they have done the same as once. */
function command(from: readonly string[], to: string, give: Command): Pick<BulkAction<ApiKey>, 'plan' | 'run'> {
  const plan = ({ status }: ApiKey): Planned =>
    from.includes(status ?? '') ? { before: String(status), after: to } : { leftOut: `it is ${status}` };
  const change = (key: ApiKey, _: Values, { 'Idempotency-Key': repeatKey }: { readonly 'Idempotency-Key': string }) =>
    give({ path: pathOf(key), headers: { 'Idempotency-Key': repeatKey } });
  return { plan, run: asPreviewed({ plan, read, change }) };
}

const pause = command(['active'], 'paused', apiKeysPause);
const resume = command(['paused'], 'active', apiKeysResume);

/** The other way, for a key that is as the action left it. */
const by = (
  way: Pick<BulkAction<ApiKey>, 'run'>,
  status: 'active' | 'paused',
): NonNullable<BulkAction<ApiKey>['undo']> => {
  return (key, _, repeatKey) => way.run({ ...key, status }, {}, repeatKey);
};

/** The field has the viewer's zone. */
function momentIn({ expires_at = '' }: Values): string {
  return expires_at === '' ? '' : new Date(expires_at).toISOString();
}

function expiryPlan({ status, expires_at }: ApiKey, values: Values): Planned {
  if (status === 'revoked') return { leftOut: 'it is revoked' };
  const wanted = momentIn(values);
  if ((expires_at ?? '') === wanted) return { leftOut: 'it ends then already' };
  return { before: whenOf(expires_at), after: whenOf(wanted) };
}

function whenOf(at: string | null | undefined): string {
  return at ? utcTime(at) : 'never ends';
}

/** What can be done with several keys. */
export const bulkKeys: readonly BulkAction<ApiKey>[] = [
  { name: 'Pause', roles: ['operator'], labelOf, ...pause, undo: by(resume, 'paused') },
  { name: 'Resume', roles: ['operator'], labelOf, ...resume, undo: by(pause, 'active') },
  {
    name: 'Let expire',
    roles: ['operator'],
    inputs: [
      {
        name: 'expires_at',
        label: 'Valid until',
        type: 'datetime-local',
        hint: 'In your time zone; empty: they never end',
      },
    ],
    labelOf,
    ...changeFields<ApiKey>({
      read,
      plan: expiryPlan,
      update: (key, body, headers) => apiKeysUpdate({ path: pathOf(key), body: body as ApiKeyChange, headers }),
      fieldsOf: (values) => ({ expires_at: momentIn(values) || null }),
    }),
  },
  {
    name: 'Revoke',
    roles: ['operator'],
    isFinal: true,
    labelOf,
    ...command(['active', 'paused', 'expired'], 'revoked', apiKeysRevoke),
  },
];
