import { clone, type Message } from '@bufbuild/protobuf';
import { Fault, faultFrom } from '#errors/fault.ts';
import { type AnyResource, factsOf, unwrap, wrap } from '#registry/kinds.ts';
import type { AdminCalls } from '../administration.ts';
import { type GatewayState, idOf } from './gateway-state.ts';
import { isMoved } from './is-moved.ts';
import type { PlanStep } from './plan-step.ts';
import type { PolicyEntry, Reference } from './policy-entry.ts';
import { comparableName } from './policy-kinds.ts';
import { readSecret } from './read-secret.ts';
import { setAt } from './set-at.ts';

/** What came of the steps of a plan. */
export interface Applied {
  readonly done: readonly PlanStep[];
  /** What stopped it, and at which step; undefined: nothing did. */
  readonly failure: { readonly step: PlanStep; readonly fault: Fault } | undefined;
  /** Not done; the step that failed is the first of them. */
  readonly left: readonly PlanStep[];
}

export interface ApplyOptions {
  readonly calls: Pick<AdminCalls, 'create' | 'update' | 'delete'>;
  readonly state: GatewayState;
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: (done: number) => void;
}

/** What says where a provider's keys are: given again with where they go. */
const keyFields: ReadonlySet<string> = new Set(['api_key_ref', 'accounts']);

/** Does the steps of a plan in their order, and stops at the first that fails. */
export async function applyPlan(steps: readonly PlanStep[], options: ApplyOptions): Promise<Applied> {
  const due = steps.filter(({ action }) => action !== 'unchanged');
  const made = new Map<string, string>();
  for (const [index, step] of due.entries()) {
    options.onProgress(index);
    try {
      await applyStep(step, made, options);
    } catch (thrown) {
      const failure = { step, fault: faultInWords(thrown, step) };
      return { done: due.slice(0, index), failure, left: due.slice(index) };
    }
  }
  return { done: due, failure: undefined, left: [] };
}

async function applyStep(step: PlanStep, made: Map<string, string>, options: ApplyOptions): Promise<void> {
  const { action, kind, id, entry, version, changes } = step;
  const { calls } = options;
  if (entry === undefined) {
    await calls.delete({ kind, id });
    return;
  }
  const message = await filledIn(step, entry, made, options);
  const resource = wrap({ case: kind, value: message } as unknown as AnyResource);
  if (action === 'change') {
    const changed = changes.map(({ field }) => field);
    const again = isMoved(kind, changes) ? entry.fields.filter((field) => keyFields.has(field)) : [];
    await calls.update({ resource, fields: [...new Set([...changed, ...again])], expectedVersion: version });
  } else if (factsOf(kind).options.isNamed) {
    await calls.update({ resource, fields: [] });
  } else {
    const answer = await calls.create({ resource });
    const found = answer.resource && unwrap(answer.resource);
    if (found !== undefined) made.set(nameKey(kind, entry.label), idOf(found.value));
  }
}

/** The resource as it is sent: with its id, the ids of its references, and the secrets that are due. */
async function filledIn(
  { kind, id, changes }: PlanStep,
  entry: PolicyEntry,
  made: ReadonlyMap<string, string>,
  { state, environment }: ApplyOptions,
): Promise<Message> {
  const message = clone(factsOf(kind).schema, entry.message);
  if (id !== '') setAt(message, ['id'], id);
  for (const reference of entry.references) setAt(message, reference.path, await idFor(reference, made, state));
  for (const { field, property, reference } of entry.secrets) {
    if (!changes.some((change) => change.field === field)) continue;
    const secret = readSecret(reference, environment);
    if ('problem' in secret) throw new Fault({ code: 'invalid_request', message: secret.problem });
    setAt(message, [property], secret.value);
  }
  return message;
}

async function idFor(
  { kind, name }: Reference,
  made: ReadonlyMap<string, string>,
  state: GatewayState,
): Promise<string> {
  const [known] = await state.idsNamed(kind, name);
  const id = known ?? made.get(nameKey(kind, name));
  if (id === undefined) throw new Fault({ code: 'not_found', message: `There is no ${kind} "${name}".` });
  return id;
}

function nameKey(kind: string, name: string): string {
  return `${kind} ${comparableName(kind, name)}`;
}

function faultInWords(thrown: unknown, { kind, label }: PlanStep): Fault {
  const fault = faultFrom(thrown);
  if (fault.code !== 'precondition_failed') return fault;
  const message = `The ${kind} ${label} was changed since it was compared. Run it again to see the difference.`;
  return new Fault({ code: fault.code, message }, { cause: thrown });
}
