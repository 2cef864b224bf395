import type { AdminCaller, AdminInput, AdminOutput } from '#contracts/admin.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { type AnyResource, factsOf, isKind, type Kind, unwrap, wrap } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import type { ResourceCommand } from '../domain/resource/command.ts';
import { notFound } from '../domain/resource/decide.ts';
import { shown } from '../domain/resource/shown.ts';
import type { IssuedSecret, Ports } from '../ports.ts';
import { type ChangedResource, changeResource } from './change-resource.ts';
import { eventIdOf, newResourceId } from './idempotency.ts';
import { issueFor, withSecret } from './issue-secret.ts';

/** As long as the longest id that a resource may have. */
const ID_CHARS_MAX = 300;

/** Creates a resource, or finds the one that the same idempotency key created. */
export async function createResource(
  ports: Ports,
  { resource: given, idempotencyKey }: AdminInput<'create'>,
  caller: AdminCaller,
): Promise<AdminOutput<'create'>> {
  const resource = givenResource(given);
  const kind = resource.case;
  const id = factsOf(kind).options.isNamed ? resource.value.id : newResourceId(kind, idempotencyKey);
  const secret = issueFor(ports, kind, 'create', id, idempotencyKey);
  const changed = await change(ports, {
    kind,
    id,
    command: { type: 'create', resource },
    idempotencyKey,
    caller,
    secret,
  });
  return { resource: wrap(withSecret(shownIn(ports, changed), secret)), version: BigInt(changed.version) };
}

/**
 * Changes a resource; of a named one, creates or replaces it.
 *
 * @param source Where a provider or a price comes from; absent: from the caller.
 */
export async function updateResource(
  ports: Ports,
  { resource: given, fields, expectedVersion, idempotencyKey }: AdminInput<'update'>,
  caller: AdminCaller,
  source?: string,
): Promise<AdminOutput<'update'>> {
  const resource = givenResource(given);
  const kind = resource.case;
  const id = factsOf(kind).options.isSingle ? SINGLE_ID : resource.value.id;
  const command = { type: 'update', resource, fields } as const;
  const changed = await change(ports, { kind, id, command, expectedVersion, idempotencyKey, caller, source });
  return { resource: wrap(shownIn(ports, changed)), version: BigInt(changed.version), isNew: changed.isNew };
}

/** Deletes a resource. Of users, keys and tokens, the answer is what stays of them. */
export async function deleteResource(
  ports: Ports,
  { kind, id, expectedVersion }: AdminInput<'delete'>,
  caller: AdminCaller,
): Promise<AdminOutput<'delete'>> {
  const changed = await change(ports, {
    kind: givenKind(kind),
    id,
    command: { type: 'delete' },
    expectedVersion,
    idempotencyKey: '',
    caller,
  });
  return changed.resource === undefined ? {} : { resource: wrap(shownIn(ports, changed)) };
}

/** Carries out a command that only some kinds have. */
export async function runVerb<K extends Kind>(
  ports: Ports,
  verb: {
    readonly kind: K;
    readonly id: string;
    readonly command: ResourceCommand;
    readonly idempotencyKey?: string;
    /** Refused where the resource has another version; absent: whatever it has. */
    readonly expectedVersion?: bigint;
    readonly caller: AdminCaller;
  },
): Promise<AnyResource<K>> {
  const { kind, id, command, caller, idempotencyKey = '', expectedVersion } = verb;
  const secret = issueFor(ports, kind, command.type, id, idempotencyKey);
  const changed = await change(ports, { kind, id, command, idempotencyKey, expectedVersion, caller, secret });
  return withSecret(shownIn(ports, changed), secret) as AnyResource<K>;
}

/** The kind that a request names. Throws `invalid_request` where there is none of the name. */
export function givenKind(kind: string): Kind {
  if (!isKind(kind))
    throw new Fault(invalid(`There is no kind of resource ${JSON.stringify(kind.slice(0, 50))}.`, 'kind'));
  return kind;
}

/** Whether a resource can have such an id; what can't is looked up nowhere. */
export function isAddress(id: string): boolean {
  return id !== '' && id.length <= ID_CHARS_MAX && !/\p{Cc}/u.test(id) && id.isWellFormed();
}

interface Asked {
  readonly kind: Kind;
  readonly id: string;
  readonly command: ResourceCommand;
  readonly expectedVersion?: bigint | undefined;
  readonly idempotencyKey: string;
  readonly caller: AdminCaller;
  readonly secret?: IssuedSecret | undefined;
  readonly source?: string | undefined;
}

function change(ports: Ports, asked: Asked): Promise<ChangedResource> {
  const { kind, id, command, expectedVersion, idempotencyKey, caller, secret, source } = asked;
  if (!isAddress(id)) {
    const isGiven = command.type === 'create' || (command.type === 'update' && factsOf(kind).options.isNamed);
    throw new Fault(isGiven ? invalid("'id' must be an id of letters, digits and ._-:/@.", 'id') : notFound(kind));
  }
  const eventId = eventIdOf(idempotencyKey, streams.resource(kind, id), command.type);
  const task = {
    kind,
    id,
    command,
    expectedVersion: expectedVersion === undefined ? undefined : Number(expectedVersion),
  };
  return changeResource(ports, { task, caller, eventId, secret, source });
}

function shownIn({ clock }: Ports, { resource }: ChangedResource): AnyResource {
  if (resource === undefined) throw new Error('a resource that was set is not there');
  return shown(resource, clock());
}

function givenResource(given: AdminInput<'create'>['resource']): AnyResource {
  const resource = given && unwrap(given);
  if (resource === undefined) throw new Fault(invalid("'resource' is required.", 'resource'));
  return resource;
}
