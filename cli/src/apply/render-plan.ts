import { toJson } from '../output.ts';
import type { Applied } from './apply-plan.ts';
import type { FieldChange } from './field-changes.ts';
import type { Plan } from './plan-policy.ts';
import type { PlanStep } from './plan-step.ts';

const signs: Readonly<Record<PlanStep['action'], string>> = { create: '+', change: '~', unchanged: '=', delete: '-' };

/** What a plan would do, line by line; what stays as it is is counted only. */
export function planText({ steps }: Plan): string {
  const lines = steps.filter(({ action }) => action !== 'unchanged').flatMap(stepLines);
  const count = (action: PlanStep['action']): number => steps.filter((step) => step.action === action).length;
  const sum = `${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete, ${count('unchanged')} unchanged.`;
  return [...lines, sum, ...unseenLines(steps)].join('\n');
}

function stepLines({ action, kind, label, changes }: PlanStep): readonly string[] {
  const shown = changes.map((change) => `    ${changeText(change, action)}`);
  return [`${signs[action]} ${kind} ${label}`, ...shown];
}

function changeText({ field, before, after }: FieldChange, action: PlanStep['action']): string {
  return action === 'create'
    ? `${field}: ${valueText(after)}`
    : `${field}: ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === null) return '(none)';
  return typeof value === 'string' ? value : toJson(value);
}

function unseenLines(steps: readonly PlanStep[]): readonly string[] {
  const unseen = steps.flatMap(({ kind, label, unseen: fields }) =>
    fields.map((field) => `${field} of ${kind} ${label}`),
  );
  if (unseen.length === 0) return [];
  return [`Not compared, since the gateway never shows it: ${unseen.join(', ')}. --with-secrets sends it again.`];
}

/** What was done, and what not. */
export function appliedText({ done, failure, left }: Applied): string {
  if (failure === undefined) return `Applied: ${done.length}.`;
  const named = (steps: readonly PlanStep[]): string =>
    steps.map(({ action, kind, label }) => `\n  ${signs[action]} ${kind} ${label}`).join('');
  const { step, fault } = failure;
  return [
    `FAILED at ${step.kind} ${step.label}: ${fault.refusal.message}`,
    `Applied: ${done.length}.${named(done)}`,
    `Not applied: ${left.length}.${named(left)}`,
    'Mend the cause and run it again: what is applied already counts as unchanged then.',
  ].join('\n');
}

/** The same as a document. */
export function planJson({ steps }: Plan, applied: Applied | undefined): unknown {
  const outcomeOf = (step: PlanStep): string => {
    if (step.action === 'unchanged') return 'unchanged';
    return applied?.done.includes(step) === true ? 'applied' : 'not_applied';
  };
  const { failure } = applied ?? {};
  return {
    is_different: steps.some(({ action }) => action !== 'unchanged'),
    resources: steps.map((step) => ({
      action: step.action,
      kind: step.kind,
      id: step.id === '' ? null : step.id,
      label: step.label,
      line: step.entry?.line ?? null,
      changes: step.changes,
      not_compared: step.unseen,
      outcome: outcomeOf(step),
    })),
    failure:
      failure === undefined ? null : { kind: failure.step.kind, label: failure.step.label, ...failure.fault.refusal },
  };
}
