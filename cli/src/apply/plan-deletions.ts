import type { Message } from '@bufbuild/protobuf';
import { factsOf, type Kind } from '#registry/kinds.ts';
import { type GatewayState, idOf, valueIn } from './gateway-state.ts';
import type { PlanStep } from './plan-step.ts';
import { matchFields } from './policy-kinds.ts';

/** What the file does not have, of the kinds that it has: those first that may refer to others. */
export async function planDeletions(steps: readonly PlanStep[], state: GatewayState): Promise<readonly PlanStep[]> {
  const kinds = [...new Set(steps.map(({ kind }) => kind))].filter((kind) => !factsOf(kind).options.isSingle);
  const deletions: PlanStep[] = [];
  for (const kind of kinds.reverse()) {
    const kept = new Set(steps.filter((step) => step.kind === kind).map(({ id }) => id));
    for (const message of await state.all(kind)) {
      const id = idOf(message);
      if (kept.has(id) || !isOperators(kind, message)) continue;
      const label = String(valueIn(message, matchFields[kind] ?? 'id'));
      deletions.push({ action: 'delete', kind, id, label, changes: [], entry: undefined, version: 0n, unseen: [] });
    }
  }
  return deletions;
}

const OF_A_USER = /^user-.+-requests-per-minute$/;

/**
 * Whether a file can say it, and an operator has said it: a price of the catalogue or a provider of the settings would come
 * back, a limit that a user's own field makes goes with the field, and a user without an e-mail is in no file.
 */
function isOperators(kind: Kind, message: Message): boolean {
  if (kind === 'limit' && OF_A_USER.test(idOf(message))) return false;
  if (valueIn(message, matchFields[kind] ?? 'id') === '') return false;
  const source = valueIn(message, 'source') ?? '';
  return source === '' || source === 'admin';
}
