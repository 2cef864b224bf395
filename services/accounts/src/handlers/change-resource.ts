import { withoutVisible } from '#admin-api/field-options.ts';
import type { AdminCaller } from '#contracts/admin.ts';
import type { GatewayEvent } from '#contracts/events.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { newId } from '#kernel/ids.ts';
import { resourceToJson } from '#registry/changes.ts';
import { type AnyResource, factsOf } from '#registry/kinds.ts';
import type { ResourceTask } from '../domain/resource/command.ts';
import { type Decided, decide } from '../domain/resource/decide.ts';
import type { DecisionContext } from '../domain/resource/kind-rules.ts';
import { pausedBy } from '../domain/resource/paused-by.ts';
import { referencesOf } from '../domain/resource/references.ts';
import { rulesOf } from '../domain/resource/rules.ts';
import { evolve, neverSet, type ResourceState } from '../domain/resource/state.ts';
import { isWrittenSame } from '../domain/resource/written-fields.ts';
import type { IssuedSecret, Ports } from '../ports.ts';
import { opened, sealed } from './seal-resource.ts';

/** Commands on one stream go one after another, so only the last words of an earlier leader can come in between. */
const APPEND_ATTEMPTS_MAX = 8;

/** A command on its way to one resource. */
export interface ResourceChange {
  readonly task: ResourceTask;
  readonly caller: AdminCaller;
  /** Derived from what makes the command repeatable. */
  readonly eventId: string;
  /** Where the command gives out a secret. */
  readonly secret?: IssuedSecret | undefined;
  /** Where a provider or a price comes from. Absent: from the caller. */
  readonly source?: string | undefined;
}

export interface ChangedResource {
  /** As it is now, its sealed fields open; undefined: removed. */
  readonly resource: AnyResource | undefined;
  readonly version: number;
  readonly isNew: boolean;
}

/** Loads, decides and appends; answers when the change is durable, in force and read. Rejects with a `Fault`. */
export async function changeResource(ports: Ports, change: ResourceChange): Promise<ChangedResource> {
  const { position, ...changed } = await ports.inTurns(turnsOf(ports, change.task), () => changeInTurn(ports, change));
  await ports.visible(position);
  return changed;
}

/**
 * What nothing else may be done to meanwhile: the resource itself, what it refers to and can be deleted, and the e-mail that
 * only one user may have.
 */
function turnsOf({ emailDigest }: Ports, { kind, id, command }: ResourceTask): readonly string[] {
  const own = streams.resource(kind, id);
  if (command.type !== 'create' && command.type !== 'update') return [own];
  const { resource } = command;
  const references = referencesOf(resource).filter((reference) => rulesOf(reference.kind).ended === undefined);
  const email = resource.case === 'user' && resource.value.email !== '' ? [emailDigest(resource.value.email)] : [];
  return [own, ...references.map((reference) => streams.resource(reference.kind, reference.id)), ...email];
}

interface Loaded {
  /** Its sealed fields open. */
  readonly state: ResourceState;
  readonly events: readonly RecordedEvent[];
}

async function changeInTurn(
  ports: Ports,
  change: ResourceChange,
): Promise<ChangedResource & { readonly position: number }> {
  const { task, eventId } = change;
  const stream = streams.resource(task.kind, task.id);
  for (let attempt = 1; attempt <= APPEND_ATTEMPTS_MAX; attempt += 1) {
    const { state, events } = await load(ports, stream);
    const position = events.at(-1)?.position ?? 0;
    const asItIs = { resource: state.current, version: state.version, isNew: false, position };
    if (await isRepeat(ports, change, events)) return asItIs;
    const nowMs = ports.clock();
    const decided = takenOver(change, events, state, decide(task, state, contextOf(ports, change, nowMs)));
    if (decided.kind === 'refused') throw new Fault(decided.refusal);
    if (decided.kind === 'unchanged') return asItIs;
    const event = await eventOf(ports, change, decided, { state, nowMs });
    const appended = await ports.journal.append({
      stream,
      expectedVersion: events.length,
      events: [{ ...event, eventId }],
      correlationId: change.caller.requestId || newId(),
      causationId: '',
    });
    if (appended.kind === 'version-conflict') continue;
    noteEmail(ports, event);
    await ports.decidable(appended.position);
    const resource = decided.kind === 'set' ? decided.resource : undefined;
    const isNew = decided.kind === 'set' && decided.isNew;
    return { resource, version: events.length + 1, isNew, position: appended.position };
  }
  const message = 'Too many changes are being made to the same thing at once; send the request again.';
  throw new Fault({ code: 'unavailable', message });
}

async function load({ journal, userSeals }: Ports, stream: string): Promise<Loaded> {
  const events = await journal.readStream(stream);
  const state = events.reduce<ResourceState>(evolve, neverSet);
  const [current, first] = await Promise.all([opened(userSeals, state.current), opened(userSeals, state.first)]);
  return { state: { ...state, current, first }, events };
}

/** An administrator's pause of a key that its holder has paused is one of its own: the holder must not resume it any more. */
function takenOver(
  { task, caller }: ResourceChange,
  events: readonly RecordedEvent[],
  { current }: ResourceState,
  decided: Decided,
): Decided {
  const isPause = decided.kind === 'unchanged' && task.command.type === 'pause' && caller.role !== 'holder';
  if (!isPause || current === undefined || pausedBy(events) !== 'holder') return decided;
  return { kind: 'set', resource: current, isNew: false };
}

/** Whether this very command was carried out before. Throws where its idempotency key belongs to other changes. */
async function isRepeat(
  { userSeals }: Ports,
  { task, eventId }: ResourceChange,
  events: readonly RecordedEvent[],
): Promise<boolean> {
  const earlier = events.find((event) => event.eventId === eventId);
  if (earlier === undefined) return false;
  const { command, kind } = task;
  // A repeated creation is compared by the decision.
  if (command.type === 'create') return factsOf(kind).options.isNamed;
  if (command.type !== 'update') return true;
  const { last } = evolve(neverSet, earlier);
  const then = await opened(userSeals, last);
  const { schema } = factsOf(kind);
  // What is sealed in an account is not what the caller wrote.
  const written = then && withoutVisible(schema, then.value, Visibility.HIDDEN);
  const asked = withoutVisible(schema, command.resource.value, Visibility.HIDDEN);
  if (written !== undefined && isWrittenSame(schema, written, asked, command.fields)) return true;
  const message = 'The idempotency key belongs to another change. Use a new key.';
  throw new Fault({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
}

function noteEmail({ emailSet }: Ports, event: GatewayEvent): void {
  const user = event.type === 'ResourceSet' ? event.data.resource?.user : undefined;
  if (user?.id === undefined) return;
  emailSet(user.id, user.status === 'deleted' ? '' : (user.emailDigest ?? ''));
}

function contextOf(ports: Ports, change: ResourceChange, nowMs: number): DecisionContext {
  const { caller, secret } = change;
  const { registry, emailDigest, emailOwner, keyReferenceFault } = ports;
  const source = change.source ?? (caller.actor === 'config' ? 'config' : 'admin');
  const issued = secret ?? { hash: '', prefix: '' };
  const isOwners = caller.role === 'owner';
  return { registry, emailDigest, emailOwner, keyReferenceFault, nowMs, source, secret: issued, isOwners };
}

async function eventOf(
  ports: Ports,
  { task, caller }: ResourceChange,
  decided: Exclude<Decided, { kind: 'refused' | 'unchanged' }>,
  { state, nowMs }: { readonly state: ResourceState; readonly nowMs: number },
): Promise<GatewayEvent> {
  const { kind, id, command } = task;
  const isNew = decided.kind === 'set' && decided.isNew;
  const { actor, role, address, requestId } = caller;
  const by = { actor, role, address, requestId, action: isNew ? 'create' : command.type };
  if (decided.kind === 'removed')
    return { type: 'ResourceRemoved', data: { kind, id, by, removedAtMs: String(nowMs) } };
  const resource = resourceToJson(await sealed(ports, decided.resource, state.current));
  return { type: 'ResourceSet', data: { resource, by, setAtMs: String(nowMs) } };
}
