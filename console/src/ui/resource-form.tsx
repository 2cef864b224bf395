import { useQueryClient } from '@tanstack/react-query';
import { ask, onlyNew, type Versioned } from '../api/client.ts';
import { FormDialog, type Values } from './form-dialog.tsx';
import type { NamedKind } from './named-kind.ts';
import { offerKindUndo } from './undo/offer-kind-undo.ts';
import { writable } from './writable.ts';

interface ResourceFormProps<T extends object> {
  readonly kind: NamedKind<T>;
  /** Of what is there; empty: it is asked for. */
  readonly id?: string;
  /** What is changed; absent: a new one is made. */
  readonly of?: Versioned<T>;
  /** What a new one begins with. */
  readonly like?: T;
  /** It was taken; absent: the form closes. */
  readonly onDone?: () => void;
  readonly onClose: () => void;
}

/** Makes a named resource, or changes one; what the form does not have stays as it is. */
export function ResourceForm<T extends object>({ kind, id = '', of, like, onDone, onClose }: ResourceFormProps<T>) {
  const queries = useQueryClient();
  const { what, inputs, lead, nameLabel = 'Name', nameHint, reads, action } = kind;
  const before = of?.value ?? like;
  const save = async ({ id: named = id, ...values }: Values): Promise<void> => {
    const body = { ...(before && writable(before)), ...kind.fieldsOf(values, before) } as never;
    const headers = of === undefined ? onlyNew : { 'If-Match': of.etag };
    const after = await ask(kind.set({ path: { id: named }, body, headers }));
    if (of !== undefined) offerKindUndo(kind, named, of.value, after as object);
    await Promise.all(reads.map((read) => queries.invalidateQueries({ queryKey: [read] })));
    (onDone ?? onClose)();
  };
  const name = {
    name: 'id',
    label: nameLabel,
    isRequired: true,
    ...(nameHint === undefined ? {} : { hint: nameHint }),
  };
  return (
    <FormDialog
      title={id === '' ? `New ${what}` : `The ${what} ${id}`}
      action={action ?? (of === undefined ? 'Create' : 'Save')}
      inputs={id === '' ? [name, ...inputs] : inputs}
      initial={kind.initialOf(before)}
      onSubmit={save}
      onClose={onClose}
    >
      {lead}
    </FormDialog>
  );
}
