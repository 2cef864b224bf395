import { equals } from '@bufbuild/protobuf';
import { fieldProblems } from '#admin-api/check-fields.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { timeText } from '#kernel/time-text.ts';
import { type AnyResource, emptyResource, factsOf, type Kind, type ResourceOf } from '#registry/kinds.ts';
import type { ResourceCommand, ResourceTask, VerbCommand } from './command.ts';
import { conflict } from './conflict.ts';
import type { DecisionContext } from './kind-rules.ts';
import { referencesOf, referrerOf } from './references.ts';
import { rulesOf } from './rules.ts';
import type { ResourceState } from './state.ts';
import { immutableProblem, isWrittenSame, maskProblem, withWritten } from './written-fields.ts';

/** What a command comes to. */
export type Decided =
  | { readonly kind: 'set'; readonly resource: AnyResource; readonly isNew: boolean }
  | { readonly kind: 'removed' }
  /** It is so already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Decides what becomes of one resource. Sealed fields are open in the state and in what comes out. */
export function decide(task: ResourceTask, state: ResourceState, context: DecisionContext): Decided {
  const { kind, command, expectedVersion } = task;
  const version = state.current === undefined ? 0 : state.version;
  if (expectedVersion !== undefined && expectedVersion !== version && command.type !== 'create') {
    return refused({
      code: 'precondition_failed',
      message: `The ${titleOf(kind)} was changed meanwhile; read it anew.`,
    });
  }
  switch (command.type) {
    case 'create':
      return decideCreate(task, command, state, context);
    case 'update':
      return decideUpdate(task, command, state, context);
    case 'delete':
      return decideDelete(task, state, context);
    default:
      return decideVerb(task, command, state, context);
  }
}

type CommandOf<T extends ResourceCommand['type']> = Extract<ResourceCommand, { type: T }>;

function decideCreate(
  { kind, id }: ResourceTask,
  { resource }: CommandOf<'create'>,
  state: ResourceState,
  context: DecisionContext,
): Decided {
  const { schema, options } = factsOf(kind);
  if (options.isSingle) return refused(conflict(`The ${titleOf(kind)} are there already: change them.`));
  if (options.isNamed && state.current !== undefined) {
    return refused(conflict(`There is a ${titleOf(kind)} of this id already.`, 'id'));
  }
  const next = withWritten(schema, emptyResource(kind, id), resource.value, []);
  if (!options.isNamed && state.first !== undefined) return decideRepeat(next, state, context);
  return settled({ kind, next, before: undefined, fields: [], state, context });
}

/** The id follows from an idempotency key, so a resource of the id is the one that an earlier call created. */
function decideRepeat(next: ResourceOf<Kind>, { first }: ResourceState, context: DecisionContext): Decided {
  if (first === undefined) return { kind: 'unchanged' };
  const { schema } = factsOf(first.case);
  const candidate = rulesOf(first.case).settle?.(next, undefined, context, undefined) ?? next;
  if (isWrittenSame(schema, candidate, first.value)) return { kind: 'unchanged' };
  const message = `The idempotency key belongs to a ${titleOf(first.case)} that was created with other values. Use a new key.`;
  return refused({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
}

function decideUpdate(
  { kind, id }: ResourceTask,
  { resource, fields }: CommandOf<'update'>,
  state: ResourceState,
  context: DecisionContext,
): Decided {
  const { schema, options } = factsOf(kind);
  const before = state.current?.value;
  if (before === undefined && !options.isNamed && !options.isSingle) return refused(notFound(kind));
  const problem = maskProblem(schema, fields);
  if (problem !== undefined) return refused(problem);
  const next = withWritten(schema, before ?? emptyResource(kind, id), resource.value, fields);
  return settled({ kind, next, before, fields, state, context });
}

function decideDelete({ kind, id }: ResourceTask, { current }: ResourceState, context: DecisionContext): Decided {
  if (factsOf(kind).options.isSingle) return refused(conflict(`The ${titleOf(kind)} can't be deleted.`));
  if (current === undefined) return refused(notFound(kind));
  const { ended } = rulesOf(kind);
  if (ended !== undefined) return changed(kind, ended(current.value), current.value);
  const referrer = referrerOf(kind, id, context.registry);
  if (referrer === undefined) return { kind: 'removed' };
  const who = `${titleOf(referrer.case)} ${referrer.value.id}`;
  return refused(conflict(`The ${titleOf(kind)} is in use by the ${who}: change that first.`, 'id'));
}

function decideVerb(
  { kind }: ResourceTask,
  command: VerbCommand,
  { current }: ResourceState,
  context: DecisionContext,
): Decided {
  const { verbs, final } = rulesOf(kind);
  const verb = verbs?.[command.type] as
    | ((before: ResourceOf<Kind>, command: VerbCommand, context: DecisionContext) => ResourceOf<Kind>)
    | undefined;
  if (verb === undefined) return refused(invalid(`There is no command ${command.type} of a ${titleOf(kind)}.`));
  if (current === undefined) return refused(notFound(kind));
  const next = verb(current.value, command, context);
  if (equals(factsOf(kind).schema, next, current.value)) return { kind: 'unchanged' };
  const problem = final?.(current.value);
  return problem === undefined ? changed(kind, next, current.value) : refused(problem);
}

interface Wish {
  readonly kind: Kind;
  readonly next: ResourceOf<Kind>;
  readonly before: ResourceOf<Kind> | undefined;
  readonly fields: readonly string[];
  readonly state: ResourceState;
  readonly context: DecisionContext;
}

/** The resource as it is wished, with its defaults, once nothing is wrong with it. */
function settled({ kind, next, before, fields, state, context }: Wish): Decided {
  const { settle, problem, final } = rulesOf(kind);
  const dated = before === undefined ? withCreatedAt(next, context.nowMs) : next;
  const resource = settle?.(dated, before, context, state.last?.value) ?? dated;
  const refusal =
    (before && final?.(before)) ??
    newProblem(kind, resource, before) ??
    referenceProblem(kind, resource, before, context) ??
    problem?.(resource, before, context, fields);
  return refusal === undefined ? changed(kind, resource, before) : refused(refusal);
}

/** A problem that was there before, as of a person who is forgotten, is not this command's. */
function newProblem(kind: Kind, next: ResourceOf<Kind>, before: ResourceOf<Kind> | undefined): Refusal | undefined {
  const { schema, options } = factsOf(kind);
  if (options.isNamed && next.id === '') return invalid("'id' is required.", 'id');
  const earlier = new Set(before === undefined ? [] : fieldProblems(schema, before).map(({ message }) => message));
  return (
    (before && immutableProblem(schema, before, next)) ??
    fieldProblems(schema, next).find(({ message }) => !earlier.has(message))
  );
}

/** What a resource refers to has to be there when it begins to refer to it. */
function referenceProblem(
  kind: Kind,
  next: ResourceOf<Kind>,
  before: ResourceOf<Kind> | undefined,
  { registry }: DecisionContext,
): Refusal | undefined {
  const earlier = before === undefined ? [] : referencesOf({ case: kind, value: before } as AnyResource);
  const missing = referencesOf({ case: kind, value: next } as AnyResource).find(
    (reference) =>
      !earlier.some((other) => other.kind === reference.kind && other.id === reference.id) &&
      registry.get(reference.kind, reference.id) === undefined,
  );
  if (missing === undefined) return undefined;
  const message = `'${missing.path}' names no ${titleOf(missing.kind)} that there is.`;
  return missing.isOwner ? { code: 'not_found', message, param: missing.path } : invalid(message, missing.path);
}

function changed(kind: Kind, next: ResourceOf<Kind>, before: ResourceOf<Kind> | undefined): Decided {
  if (before !== undefined && equals(factsOf(kind).schema, next, before)) return { kind: 'unchanged' };
  return { kind: 'set', resource: { case: kind, value: next } as AnyResource, isNew: before === undefined };
}

function withCreatedAt(resource: ResourceOf<Kind>, nowMs: number): ResourceOf<Kind> {
  return 'createdAt' in resource ? { ...resource, createdAt: timeText(nowMs) } : resource;
}

/** How a resource that is not there is told of. */
export function notFound(kind: Kind): Refusal {
  return { code: 'not_found', message: `There is no such ${titleOf(kind)}.`, param: 'id' };
}

function titleOf(kind: Kind): string {
  return factsOf(kind).options.title;
}

function refused(refusal: Refusal): Decided {
  return { kind: 'refused', refusal };
}
