import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { FormDialog, type Input } from '../../ui/form-dialog.tsx';
import { Problem } from '../../ui/states.tsx';
import type { Payer } from './payer.ts';
import { TopUp } from './top-up.tsx';

type Values = Readonly<Record<string, string>>;

interface GroupActionsProps extends Payer {
  /** What it is: team or organisation. */
  readonly title: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly inputs: readonly Input[];
  readonly initial: Values;
  readonly onEdit: (values: Values) => Promise<unknown>;
  readonly onTurn: () => Promise<unknown>;
  readonly onDelete: () => Promise<unknown>;
}

/** What can be done with a team or an organisation. */
export function GroupActions(props: GroupActionsProps) {
  const { collection, id, title, name, isActive, inputs, initial, onEdit, onTurn, onDelete } = props;
  const [asked, setAsked] = useState<'money' | 'edit' | 'delete' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const mayWrite = useMay('operator');
  const mayPay = useMay('operator', 'billing');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const close = (): void => setAsked(null);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: [collection] });
  const edit = async (values: Values): Promise<void> => {
    await onEdit(values);
    await again();
    close();
  };
  const turn = async (): Promise<void> => {
    setError(null);
    await onTurn().then(again, setError);
  };
  const remove = async (): Promise<void> => {
    await onDelete();
    await navigate({ to: `/${collection}` });
    queries.removeQueries({ queryKey: [collection, id] });
    await again();
  };
  return (
    <>
      {mayPay && (
        <Button look="primary" onClick={() => setAsked('money')}>
          Top up
        </Button>
      )}
      {mayWrite && <Button onClick={() => setAsked('edit')}>Edit</Button>}
      {mayWrite && <Button onClick={() => void turn()}>{isActive ? 'Suspend' : 'Resume'}</Button>}
      {mayWrite && (
        <Button look="danger" onClick={() => setAsked('delete')}>
          Delete
        </Button>
      )}
      {error !== null && <Problem error={error} />}
      {asked === 'money' && <TopUp collection={collection} id={id} onClose={close} />}
      {asked === 'edit' && (
        <FormDialog
          title={`Edit ${name}`}
          action="Save"
          inputs={inputs}
          initial={initial}
          onSubmit={edit}
          onClose={close}
        />
      )}
      {asked === 'delete' && (
        <Confirm
          title={`Delete ${name}`}
          consequence={`The ${title} ends for good. Its ledger stays in the log.`}
          word={name}
          action="Delete"
          onConfirm={remove}
          onClose={close}
        />
      )}
    </>
  );
}
