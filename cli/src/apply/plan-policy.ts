import { clone } from '@bufbuild/protobuf';
import { factsOf } from '#registry/kinds.ts';
import { fieldChanges } from './field-changes.ts';
import { type Found, type GatewayState, valueIn } from './gateway-state.ts';
import { isMoved } from './is-moved.ts';
import { planDeletions } from './plan-deletions.ts';
import type { PlanStep } from './plan-step.ts';
import type { PolicyEntry, Reference } from './policy-entry.ts';
import type { PolicyFault } from './policy-fault.ts';
import { comparableName, matchFields, policyKinds } from './policy-kinds.ts';
import { readSecret } from './read-secret.ts';
import { setAt } from './set-at.ts';

export interface Plan {
  /** In the order in which they are done. */
  readonly steps: readonly PlanStep[];
  /** Where there are any, nothing may be done. */
  readonly faults: readonly PolicyFault[];
}

export interface PlanOptions {
  /** Deletes what the file does not have, of the kinds that it has. */
  readonly isPruned: boolean;
  /** Sends the secrets of resources that are there already. */
  readonly withSecrets: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: (done: number) => void;
}

/** Compares a policy file with what the gateway has. Changes nothing. */
export async function planPolicy(
  entries: readonly PolicyEntry[],
  state: GatewayState,
  options: PlanOptions,
): Promise<Plan> {
  const faults: PolicyFault[] = [];
  const steps: PlanStep[] = [];
  const compared = [...entries].sort((a, b) => policyKinds.indexOf(a.kind) - policyKinds.indexOf(b.kind));
  for (const [index, entry] of compared.entries()) {
    options.onProgress(index);
    const step = await planEntry(entry, entries, { state, options, fault: (fault) => faults.push(fault) });
    if (step !== undefined) steps.push(step);
  }
  if (options.isPruned) steps.push(...(await planDeletions(steps, state)));
  return { steps, faults: faults.sort((a, b) => a.line - b.line) };
}

interface Surroundings {
  readonly state: GatewayState;
  readonly options: PlanOptions;
  readonly fault: (fault: PolicyFault) => void;
}

async function planEntry(
  entry: PolicyEntry,
  entries: readonly PolicyEntry[],
  { state, options, fault }: Surroundings,
): Promise<PlanStep | undefined> {
  const { kind, label, secrets } = entry;
  const { schema, options: facts } = factsOf(kind);
  const found = await findEntry(entry, state, fault);
  if (found === 'none may be') return undefined;
  const message = clone(schema, entry.message);
  for (const reference of entry.references) {
    const id = await lookUp(reference, entries, state);
    if ('problem' in id) fault({ line: reference.line, message: id.problem });
    else setAt(message, reference.path, id.shown);
  }
  const hidden = secrets.map(({ field }) => field);
  const seen = entry.fields.filter((field) => !hidden.includes(field));
  const compared = fieldChanges(schema, found?.message, message, seen);
  const isSent = found === undefined || options.withSecrets || isMoved(kind, compared);
  for (const secret of isSent ? secrets : []) {
    const read = readSecret(secret.reference, options.environment);
    if ('problem' in read) fault({ line: secret.line, message: `'${secret.field}': ${read.problem}` });
  }
  const sent = isSent ? secrets.map(({ field, reference }) => ({ field, before: null, after: reference })) : [];
  const changes = [...compared, ...sent];
  // The settings are always there, and are changed only.
  const isNew = found === undefined && !facts.isSingle;
  const action = isNew ? 'create' : changes.length > 0 ? 'change' : 'unchanged';
  const id = found?.id ?? entry.id;
  return { action, kind, id, label, changes, entry, version: found?.version ?? 0n, unseen: isSent ? [] : hidden };
}

async function findEntry(
  { kind, id, label, line }: PolicyEntry,
  state: GatewayState,
  fault: Surroundings['fault'],
): Promise<Found | undefined | 'none may be'> {
  const { isNamed, isSingle } = factsOf(kind).options;
  if (isNamed || isSingle) return state.get(kind, id);
  if (id !== '') {
    const found = await state.get(kind, id);
    if (found !== undefined) return found;
    fault({ line, message: `there is no ${kind} ${id}. The gateway makes the id of a new ${kind}: leave 'id' out.` });
    return 'none may be';
  }
  const ids = await state.idsNamed(kind, label);
  const [first] = ids;
  if (ids.length <= 1) return first === undefined ? undefined : state.get(kind, first);
  fault({ line, message: `the ${matchFields[kind]} is that of ${ids.join(' and ')}: give the 'id' of one.` });
  return 'none may be';
}

/** What stands for a name in a comparison: the id; of a resource that the file is about to make, its name. */
async function lookUp(
  { kind, name }: Reference,
  entries: readonly PolicyEntry[],
  state: GatewayState,
): Promise<{ readonly shown: string } | { readonly problem: string }> {
  const ids = await state.idsNamed(kind, name);
  const [id] = ids;
  if (ids.length > 1) return { problem: `the ${kind} "${name}" is one of ${ids.join(' and ')}: give an id.` };
  if (id !== undefined) return { shown: id };
  if (entries.some((entry) => entry.kind === kind && isNamed(entry, name)))
    return { shown: `the new ${kind} "${name}"` };
  return { problem: `there is no ${kind} "${name}", neither in the gateway nor in this file.` };
}

function isNamed({ kind, message }: PolicyEntry, name: string): boolean {
  return comparableName(kind, valueIn(message, matchFields[kind] ?? 'name')) === comparableName(kind, name);
}
