import type { Logger } from 'pino';
import type { EventBodies } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { resourceToJson } from '#registry/changes.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import type { AnyResource } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import { type SeedChange, seedChanges } from './seed-changes.ts';
import { CONFIG_ACTOR, settingsHistory } from './settings-history.ts';

/** Another leader that seeds at the same time is done after one round; more means a fault. */
const ROUNDS_MAX = 3;

export interface SeedDependencies {
  readonly registry: Pick<FollowedRegistry, 'get' | 'all' | 'reached'>;
  readonly journal: Pick<Journal, 'append' | 'head' | 'readStream'>;
  /** What the configuration says, the settings last. */
  readonly desired: readonly AnyResource[];
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly nowMs: number;
}

/**
 * Brings the configuration into the log, as far as the log says something else, under the actor "config". Resolves with the
 * number of events when the registry has them. A second time it writes nothing.
 */
export async function seedPolicy(dependencies: SeedDependencies): Promise<number> {
  const { registry, journal, desired, logger, nowMs } = dependencies;
  const correlationId = newId();
  let written = 0;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    await registry.reached(await journal.head());
    const history = settingsHistory(await journal.readStream(streams.resource('settings', SINGLE_ID)));
    const { changes, warnings } = seedChanges(desired, registry, history);
    if (round === 1) for (const warning of warnings) logger.warn(warning);
    let conflicts = 0;
    // In order: the settings are the last, and say that all others are there.
    for (const change of changes) {
      const done = await write(change, { journal, nowMs, correlationId });
      if (done === 'written') written += 1;
      else if (done === 'conflict') conflicts += 1;
      else if (round === 1) logger.warn(done.warning);
    }
    if (conflicts === 0) {
      await registry.reached(await journal.head());
      if (written > 0) logger.info({ changes: written }, 'the configuration was brought into the log');
      return written;
    }
  }
  throw new Fault({ code: 'unavailable', message: 'Policy is being changed from elsewhere at the same time.' });
}

/** `conflict`: another writer was there first. A warning: an administrator has deleted it, and deleted it stays. */
async function write(
  change: SeedChange,
  { journal, nowMs, correlationId }: Pick<SeedDependencies, 'journal' | 'nowMs'> & { readonly correlationId: string },
): Promise<'written' | 'conflict' | { readonly warning: string }> {
  const [kind, id] =
    change.type === 'set' ? [change.resource.case, change.resource.value.id] : [change.kind, change.id];
  const stream = streams.resource(kind, id);
  const before = await journal.readStream(stream);
  const expectedVersion = before.length;
  const last = before.at(-1);
  if (change.type === 'set' && last?.type === 'ResourceRemoved' && last.data.by?.actor !== CONFIG_ACTOR) {
    const warning = `the ${kind} ${id} was deleted by hand, so that of the configuration does not count: take it out there, or set it by hand`;
    return { warning };
  }
  const events = [{ eventId: newId(), ...eventOf(change, nowMs) } as NewEvent];
  const result = await journal.append({ stream, expectedVersion, events, correlationId, causationId: '' });
  return result.kind === 'appended' ? 'written' : 'conflict';
}

function eventOf(change: SeedChange, nowMs: number) {
  const by = { actor: CONFIG_ACTOR, role: 'owner', address: '', requestId: '' };
  const at = String(nowMs);
  switch (change.type) {
    case 'set': {
      const { isNew, resource } = change;
      const dated = isNew ? withCreatedAt(resource, nowMs) : resource;
      const data: EventBodies['ResourceSet'] = {
        resource: resourceToJson(dated),
        by: { ...by, action: isNew ? 'create' : 'update' },
        setAtMs: at,
      };
      return { type: 'ResourceSet' as const, data };
    }
    case 'remove': {
      const { kind, id } = change;
      const data: EventBodies['ResourceRemoved'] = { kind, id, by: { ...by, action: 'delete' }, removedAtMs: at };
      return { type: 'ResourceRemoved' as const, data };
    }
    default:
      return unreachable(change);
  }
}

function withCreatedAt(resource: AnyResource, nowMs: number): AnyResource {
  if (!('createdAt' in resource.value)) return resource;
  return { case: resource.case, value: { ...resource.value, createdAt: new Date(nowMs).toISOString() } } as AnyResource;
}
