import { asObject, type JsonObject } from '#kernel/json.ts';
import { NoPlace, type Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { BUDGET_MIN_TOKENS } from './encode-thinking.ts';
import { withoutUnsigned } from './unsigned-thoughts.ts';
import { withoutBetaFields } from './without-beta-fields.ts';

/**
 * A client's own request for a provider of the same format: the provider's name of the model, the stream as it is asked
 * for, and no more output than was admitted. Every other byte stays, but for thoughts that no provider of this format can
 * have written, and fields of beta features that the provider does not take.
 */
export function patchMessagesRequest(body: Buffer, parsed: JsonObject, target: Target): Buffer {
  const betaChanges = withoutBetaFields(body, parsed, target);
  if (betaChanges.size === 0) return patched(body, parsed, target);
  const taken = spliceFields(body, parsed, betaChanges);
  return patched(taken, JSON.parse(taken.toString()) as JsonObject, target);
}

function patched(body: Buffer, parsed: JsonObject, target: Target): Buffer {
  const changes = new Map<string, FieldChange>();
  if (parsed['model'] !== target.model) put(changes, 'model', target.model);
  if ((parsed['stream'] === true) !== target.stream) put(changes, 'stream', target.stream);
  const asked = parsed['max_tokens'];
  if (typeof asked !== 'number' || asked > target.outputTokensMax) {
    put(changes, 'max_tokens', target.outputTokensMax);
    lowerBudget(changes, parsed, target.outputTokensMax);
  }
  const messages = withoutUnsigned(body, parsed, target.model);
  if (messages !== null) changes.set('messages', { kind: 'put', json: messages });
  for (const name of target.rules.refused) {
    if (parsed[name] === undefined) continue;
    if (!target.dropsUnplaced) throw new NoPlace(name, 'this provider refuses it');
    changes.set(name, { kind: 'remove' });
  }
  for (const [name, renamed] of Object.entries(target.rules.renamed)) {
    if (parsed[name] !== undefined) changes.set(name, { kind: 'rename', name: renamed });
  }
  return changes.size === 0 ? body : spliceFields(body, parsed, changes);
}

/** The API refuses a budget of thinking that is not below the bound. */
function lowerBudget(changes: Map<string, FieldChange>, parsed: JsonObject, maxTokens: number): void {
  const thinking = asObject(parsed['thinking']);
  const budget = thinking?.['budget_tokens'];
  if (typeof budget !== 'number' || budget < maxTokens || maxTokens <= BUDGET_MIN_TOKENS) return;
  put(changes, 'thinking', { ...thinking, budget_tokens: maxTokens - 1 });
}

function put(changes: Map<string, FieldChange>, name: string, value: unknown): void {
  changes.set(name, { kind: 'put', json: JSON.stringify(value) });
}
