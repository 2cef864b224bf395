import { useQueryClient } from '@tanstack/react-query';
import { ask, type Versioned } from '../../api/client.ts';
import { type Limit, type LimitChange, limitsGet, limitsUpdate } from '../../api/gen/index.ts';
import { AsItIs } from '../../ui/as-it-is.tsx';
import { changesOf } from '../../ui/changes.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { countInputs } from './limit-inputs.ts';
import { offerLimitUndo } from './offer-limit-undo.ts';

interface ChangeLimitProps {
  readonly id: string;
  readonly how: 'edit' | 'raise';
  readonly onClose: () => void;
}

/** Changes a limit as it is now, and is refused where somebody else changed it meanwhile. */
export function ChangeLimit({ id, how, onClose }: ChangeLimitProps) {
  const queries = useQueryClient();
  const Form = how === 'edit' ? Edit : Raise;
  return (
    <AsItIs title={id} id={['limit', id]} get={(signal) => limitsGet({ path: { id }, signal })} onClose={onClose}>
      {(limit) => {
        const change = async (body: LimitChange): Promise<void> => {
          const after = await ask(limitsUpdate({ path: { id }, body, headers: { 'If-Match': limit.etag } }));
          offerLimitUndo(`The limit ${id} is changed`, limit.value, after);
          onClose();
          await queries.invalidateQueries({ queryKey: ['limits'] });
        };
        return <Form limit={limit} onChange={change} onClose={onClose} />;
      }}
    </AsItIs>
  );
}

interface FormProps {
  readonly limit: Versioned<Limit>;
  readonly onChange: (body: LimitChange) => Promise<void>;
  readonly onClose: () => void;
}

function Edit({ limit: { value: limit }, onChange, onClose }: FormProps) {
  const { unit, period, amount, kind, models } = limit;
  const before = {
    unit: unit ?? '',
    period: period ?? '',
    amount: String(amount ?? ''),
    kind: kind ?? '',
    models: models ?? '',
  };
  return (
    <FormDialog
      title={`Change ${limit.id}`}
      action="Save"
      initial={before}
      inputs={countInputs}
      onSubmit={(values) => onChange(changesOf(before, values) as LimitChange)}
      onClose={onClose}
    >
      <p className="text-soft">What is used so far counts on, unless the unit, the period or the models change.</p>
    </FormDialog>
  );
}

function Raise({ limit: { value: limit }, onChange, onClose }: FormProps) {
  const raise = ({ raised_amount = '', raised_until = '' }: Readonly<Record<string, string>>): Promise<void> =>
    // The field has the viewer's zone.
    onChange({ raised_amount, raised_until: raised_until === '' ? null : new Date(raised_until).toISOString() });
  return (
    <FormDialog
      title={`Raise ${limit.id}`}
      action="Raise"
      initial={{ raised_amount: String(limit.raised_amount ?? '') }}
      inputs={[
        { name: 'raised_amount', label: 'Amount until then', hint: `In place of ${limit.amount}`, isRequired: true },
        { name: 'raised_until', label: 'Until', type: 'datetime-local', hint: 'In your time zone', isRequired: true },
      ]}
      onSubmit={raise}
      onClose={onClose}
    />
  );
}
