import { askVersioned } from '../../api/client.ts';
import { type User, usersGet, usersUpdate } from '../../api/gen/index.ts';
import { putBack } from '../../ui/undo/put-back.ts';
import { offerUndo } from '../../ui/undo/undo-offers.ts';

/** Tells what was done to a user, and offers to give the fields that were written back what they had. */
export function offerUserUndo(told: string, before: User, after: User, names: readonly string[]): void {
  const path = { id: before.id ?? '' };
  offerUndo(told, () =>
    putBack({
      read: () => askVersioned(usersGet({ path })),
      update: (body, headers) => usersUpdate({ path, body, headers }),
      ...{ before, after, names },
    }),
  );
}
