import { type AdminCaller, keyIdOfActor } from '#contracts/admin.ts';
import type { ApiKey } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { VerbCommand } from '../domain/resource/command.ts';
import { conflict } from '../domain/resource/conflict.ts';
import { pausedBy } from '../domain/resource/paused-by.ts';
import type { Ports } from '../ports.ts';
import { ownerOfNothing, ownKey } from '../queries/own-keys.ts';
import type { ReadDependencies } from '../queries/read-resources.ts';
import { endSessionsOfKey } from './end-key-sessions.ts';
import { runVerb } from './resource-commands.ts';

/**
 * Changes a key of the holder's. Rejects with `not_found` for a key of anybody else, and with `forbidden` for what a key reads by
 * itself, and for other keys than the one that a session was opened with: whoever found one key must not get at the others by it.
 */
export async function changeOwnKey(
  ports: Ports & Pick<ReadDependencies, 'logger'>,
  userId: string,
  {
    id,
    command,
    idempotencyKey = '',
  }: { readonly id: string; readonly command: VerbCommand; readonly idempotencyKey?: string },
  caller: AdminCaller,
): Promise<ApiKey> {
  const { registry } = ports;
  if (registry.get('key', id)?.userId !== userId) throw ownerOfNothing('API key');
  const token = registry.get('token', caller.actor);
  if (token?.role !== 'holder' || token.userId !== userId) {
    throw new Fault({
      code: 'forbidden',
      message: 'An API key reads, and changes no key: sign in at /console/session.',
    });
  }
  const openedBy = keyIdOfActor(token.openedBy);
  if (openedBy !== '' && openedBy !== id) {
    const message = 'This session was opened with another API key, and may change that one alone.';
    throw new Fault({ code: 'forbidden', message });
  }
  const version = command.type === 'resume' ? { expectedVersion: await versionToResume(ports, id) } : {};
  const changed = await runVerb(ports, { kind: 'key', id, command, idempotencyKey, caller, ...version });
  if (command.type === 'rotate') await endSessionsOfKey(ports, id, caller);
  return ownKey(changed.value);
}

/** The version of a paused key, which a holder may resume unless somebody else has paused it. */
async function versionToResume({ journal }: Ports, keyId: string): Promise<bigint> {
  const events = await journal.readStream(streams.resource('key', keyId));
  const role = pausedBy(events);
  if (role !== undefined && role !== 'holder') {
    throw new Fault(conflict('The administrator has paused this API key: ask them to resume it.'));
  }
  return BigInt(events.length);
}
