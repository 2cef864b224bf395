import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Role } from '../api/session.ts';
import { useMay } from '../session/session.tsx';
import { Button } from './button.tsx';
import { Confirm } from './confirm.tsx';
import { JsonDialog } from './json-dialog.tsx';
import { writable } from './writable.ts';

interface ResourceActionsProps {
  /** As people call it: "model". */
  readonly what: string;
  readonly id: string;
  readonly resource: object;
  readonly roles: readonly Role[];
  /** Keys of the queries that have to be asked anew. */
  readonly reads: readonly string[];
  /** What comes of deleting it. */
  readonly consequence: string;
  readonly form: (onClose: () => void) => ReactNode;
  /** Replaces it by a document. */
  readonly onSet: (document: Record<string, unknown>) => Promise<unknown>;
  readonly onDelete: () => Promise<unknown>;
}

/** Change by form, change as JSON, and delete: of a named resource, for the roles that may. */
export function ResourceActions(props: ResourceActionsProps) {
  const { what, id, resource, roles, reads, consequence, form, onSet, onDelete } = props;
  const queries = useQueryClient();
  const mayWrite = useMay(...roles);
  const [open, setOpen] = useState<'form' | 'json' | 'delete' | null>(null);
  if (!mayWrite) return null;
  const close = (): void => setOpen(null);
  const done = async (work: Promise<unknown>): Promise<void> => {
    await work;
    await Promise.all(reads.map((read) => queries.invalidateQueries({ queryKey: [read] })));
    close();
  };
  return (
    <span className="flex flex-wrap gap-1">
      <Button aria-label={`Change ${id}`} onClick={() => setOpen('form')}>
        Change
      </Button>
      <Button aria-label={`${id} as JSON`} onClick={() => setOpen('json')}>
        JSON
      </Button>
      <Button look="danger" aria-label={`Delete ${id}`} onClick={() => setOpen('delete')}>
        Delete
      </Button>
      {open === 'form' && form(close)}
      {open === 'json' && (
        <JsonDialog
          title={`The ${what} ${id}`}
          action="Save"
          id={id}
          initial={writable(resource)}
          hint="The whole of it: a field that is not here is empty afterwards."
          onSubmit={(_, document) => done(onSet(document))}
          onClose={close}
        />
      )}
      {open === 'delete' && (
        <Confirm
          title={`Delete the ${what} ${id}?`}
          consequence={consequence}
          word={id}
          action="Delete"
          onConfirm={() => done(onDelete())}
          onClose={close}
        />
      )}
    </span>
  );
}
