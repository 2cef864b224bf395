import { askVersioned } from '../../api/client.ts';
import type { NamedKind } from '../named-kind.ts';
import { putBackWhole } from './put-back.ts';
import { offerUndo } from './undo-offers.ts';

/** Tells what was done to a named resource, and offers to put it back. `after` undefined: it was deleted. */
export function offerKindUndo<T extends object>(
  { what, hasSecrets, get, set }: NamedKind<T>,
  id: string,
  before: T,
  after: object | undefined,
): void {
  if (hasSecrets === true) return;
  offerUndo(`The ${what} ${id} is ${after === undefined ? 'deleted' : 'changed'}`, () =>
    putBackWhole({
      read: () => askVersioned(get({ path: { id } })),
      set: (body, headers) => set({ path: { id }, body, headers }),
      before,
      ...(after === undefined ? {} : { after }),
    }),
  );
}
