import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ask, askVersioned, type Versioned } from '../api/client.ts';
import { useMay } from '../session/session.tsx';
import { AsItIs } from './as-it-is.tsx';
import { Button } from './button.tsx';
import { Confirm } from './confirm.tsx';
import { JsonDialog } from './json-dialog.tsx';
import type { NamedKind } from './named-kind.ts';
import { ResourceForm } from './resource-form.tsx';
import { offerKindUndo } from './undo/offer-kind-undo.ts';
import { writable } from './writable.ts';

interface ResourceActionsProps<T extends object> {
  readonly kind: NamedKind<T>;
  readonly id: string;
  /** What else can be done with it. */
  readonly children?: ReactNode;
  readonly onDeleted?: () => void;
}

/** Change by form, change as JSON, and delete: of a named resource, for the roles that may. */
export function ResourceActions<T extends object>({ kind, id, children, onDeleted }: ResourceActionsProps<T>) {
  const { what, roles, reads, consequence } = kind;
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
  const replace = async ({ value, etag }: Versioned<T>, document: object): Promise<void> => {
    const after = await ask(kind.set({ path: { id }, body: document as never, headers: { 'If-Match': etag } }));
    offerKindUndo(kind, id, value, after as object);
  };
  const remove = async (): Promise<void> => {
    const { value: before } = await askVersioned(kind.get({ path: { id } }));
    await ask(kind.remove({ path: { id } }));
    offerKindUndo(kind, id, before, undefined);
    onDeleted?.();
    await done(Promise.resolve());
  };
  return (
    <span className="flex flex-wrap gap-1">
      {children}
      <Button aria-label={`Change ${id}`} onClick={() => setOpen('form')}>
        Change
      </Button>
      <Button aria-label={`${id} as JSON`} onClick={() => setOpen('json')}>
        JSON
      </Button>
      <Button look="danger" aria-label={`Delete ${id}`} onClick={() => setOpen('delete')}>
        Delete
      </Button>
      {(open === 'form' || open === 'json') && (
        <AsItIs
          title={`The ${what} ${id}`}
          id={[what, id]}
          get={(signal) => kind.get({ path: { id }, signal })}
          onClose={close}
        >
          {(found) =>
            open === 'form' ? (
              <ResourceForm kind={kind} id={id} of={found} onClose={close} />
            ) : (
              <JsonDialog
                title={`The ${what} ${id}`}
                action="Save"
                id={id}
                initial={writable(found.value)}
                hint="The whole of it: a field that is not here is empty afterwards."
                onSubmit={(_, document) => done(replace(found, document))}
                onClose={close}
              />
            )
          }
        </AsItIs>
      )}
      {open === 'delete' && (
        <Confirm
          title={`Delete the ${what} ${id}?`}
          consequence={consequence}
          word={id}
          action="Delete"
          onConfirm={remove}
          onClose={close}
        />
      )}
    </span>
  );
}
