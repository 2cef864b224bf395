import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AuditLogEntry } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/states.tsx';
import { undoOf } from './undo-of.ts';

/** Takes an action back, where an event can: what it changed gets what it had, unless somebody changed it since. */
export function PutBackButton({ entry }: { readonly entry: AuditLogEntry }) {
  const [state, setState] = useState<'asked' | 'busy' | 'done'>('asked');
  const [error, setError] = useState<unknown>(null);
  const queries = useQueryClient();
  const isMoney = entry.action === 'credit' || entry.kind === 'price';
  const may = useMay('operator', ...(isMoney ? (['billing'] as const) : []));
  const undo = undoOf(entry);
  if (!may) return null;
  if (undo === undefined) return <p className="text-soft">No event takes this action back.</p>;
  const takeBack = async (): Promise<void> => {
    setState('busy');
    setError(null);
    try {
      await undo();
      setState('done');
      await queries.invalidateQueries();
    } catch (thrown) {
      setError(thrown);
      setState('asked');
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <Button className="self-start" disabled={state !== 'asked'} onClick={() => void takeBack()}>
        Put back as before
      </Button>
      <p role="status">
        {state === 'done' && 'It is as it was before. This stands in the log as an action of its own.'}
      </p>
      {error !== null && <Problem error={error} />}
    </div>
  );
}
