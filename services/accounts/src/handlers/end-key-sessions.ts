import { type AdminCaller, actorOfKey } from '#contracts/admin.ts';
import { newId } from '#kernel/ids.ts';
import type { Ports } from '../ports.ts';
import type { ReadDependencies } from '../queries/read-resources.ts';
import { changeResource } from './change-resource.ts';

/** So many at a time: a thousand sessions that a stranger opened must not hold up the changes of others. */
const ENDED_AT_ONCE_MAX = 20;

/**
 * Ends the sessions that were opened with a key whose secret was replaced, but not the caller's own: whoever knew the old secret alone
 * must not read on, nor give themselves a new one. Never rejects, since the new secret is shown this once.
 */
export async function endSessionsOfKey(
  ports: Ports & Pick<ReadDependencies, 'logger'>,
  keyId: string,
  caller: AdminCaller,
): Promise<void> {
  const openedBy = actorOfKey(keyId);
  const ids = [...ports.registry.all('token')]
    .filter((token) => token.openedBy === openedBy && token.id !== caller.actor)
    .map(({ id }) => id);
  for (let from = 0; from < ids.length; from += ENDED_AT_ONCE_MAX) {
    const ends = ids.slice(from, from + ENDED_AT_ONCE_MAX).map((id) => {
      const task = { kind: 'token', id, command: { type: 'delete' }, expectedVersion: undefined } as const;
      return changeResource(ports, { task, caller, eventId: newId() });
    });
    for (const end of await Promise.allSettled(ends)) {
      if (end.status === 'rejected')
        ports.logger.error({ err: end.reason, keyId }, 'a session of a key that was rotated is left');
    }
  }
}
