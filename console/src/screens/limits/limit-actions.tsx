import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type Limit, limitsDelete, limitsUpdate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/states.tsx';
import { ChangeLimit } from './change-limit.tsx';
import { isRaised } from './limit-amount.tsx';
import { offerLimitUndo } from './offer-limit-undo.ts';

/** What can be done with a limit. */
export function LimitActions({ limit }: { readonly limit: Limit }) {
  const id = limit.id ?? '';
  const [asked, setAsked] = useState<'edit' | 'raise' | 'delete' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const mayWrite = useMay('operator');
  const queries = useQueryClient();
  if (!mayWrite) return null;
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['limits'] });
  const lower = async (): Promise<void> => {
    setError(null);
    const body = { raised_amount: null, raised_until: null };
    const lowered = async (): Promise<void> => {
      const after = await ask(limitsUpdate({ path: { id }, body }));
      offerLimitUndo(`The raise of ${id} has ended`, limit, after);
      await again();
    };
    await lowered().catch(setError);
  };
  const remove = async (): Promise<void> => {
    await ask(limitsDelete({ path: { id } }));
    offerLimitUndo(`The limit ${id} is deleted`, limit, undefined);
    setAsked(null);
    await again();
  };
  const close = (): void => setAsked(null);
  return (
    <>
      <span className="flex flex-wrap gap-1">
        <Button onClick={() => setAsked('edit')}>Change</Button>
        {isRaised(limit, Date.now()) ? (
          <Button onClick={() => void lower()}>End the raise</Button>
        ) : (
          <Button onClick={() => setAsked('raise')}>Raise</Button>
        )}
        <Button look="danger" onClick={() => setAsked('delete')}>
          Delete
        </Button>
      </span>
      {error !== null && <Problem error={error} />}
      {(asked === 'edit' || asked === 'raise') && <ChangeLimit id={id} how={asked} onClose={close} />}
      {asked === 'delete' && (
        <Confirm
          title={`Delete ${id}`}
          consequence="Nothing is refused by this limit any more. One that is made again counts from nothing."
          word={id}
          action="Delete"
          onConfirm={remove}
          onClose={close}
        />
      )}
    </>
  );
}
