import { askVersioned } from '../../api/client.ts';
import { type Limit, limitsGet, limitsSet, limitsUpdate } from '../../api/gen/index.ts';
import { putBack, putBackWhole } from '../../ui/undo/put-back.ts';
import { offerUndo } from '../../ui/undo/undo-offers.ts';

/** Tells what was done to a limit, and offers to put it back. `after` undefined: it was deleted. */
export function offerLimitUndo(told: string, before: Limit, after: Limit | undefined): void {
  const path = { id: before.id ?? '' };
  const read = () => askVersioned(limitsGet({ path }));
  offerUndo(told, () =>
    after === undefined
      ? putBackWhole({ read, set: (body, headers) => limitsSet({ path, body, headers }), before })
      : putBack({ read, update: (body, headers) => limitsUpdate({ path, body, headers }), before, after }),
  );
}
