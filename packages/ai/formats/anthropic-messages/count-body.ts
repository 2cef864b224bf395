import type { JsonObject } from '#kernel/json.ts';
import type { Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { withoutUnsigned } from './unsigned-thoughts.ts';
import { withoutBetaFields } from './without-beta-fields.ts';

/** Fields of the answer alone: Anthropic refuses them where a prompt is counted. */
const uncounted: readonly string[] = ['max_tokens', 'stream'];

/** The prompt of a client's request, for a provider of this format to count: as `patchMessagesRequest` would send it. */
export function countBody(body: Buffer, parsed: JsonObject, target: Pick<Target, 'model' | 'rules'>): Buffer {
  const betaChanges = withoutBetaFields(body, parsed, { rules: target.rules, dropsUnplaced: true });
  if (betaChanges.size === 0) return counted(body, parsed, target);
  const taken = spliceFields(body, parsed, betaChanges);
  return counted(taken, JSON.parse(taken.toString()) as JsonObject, target);
}

function counted(body: Buffer, parsed: JsonObject, { model, rules }: Pick<Target, 'model' | 'rules'>): Buffer {
  const changes = new Map<string, FieldChange>([['model', { kind: 'put', json: JSON.stringify(model) }]]);
  const messages = withoutUnsigned(body, parsed, model);
  if (messages !== null) changes.set('messages', { kind: 'put', json: messages });
  for (const [name, renamed] of Object.entries(rules.renamed)) {
    if (Object.hasOwn(parsed, name) && !changes.has(name)) changes.set(name, { kind: 'rename', name: renamed });
  }
  for (const name of [...uncounted, ...rules.refused]) {
    if (Object.hasOwn(parsed, name)) changes.set(name, { kind: 'remove' });
  }
  return spliceFields(body, parsed, changes);
}
