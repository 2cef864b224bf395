import { asObject, type JsonObject } from '#kernel/json.ts';
import { type ToldInstead, toldInstead, untakenFields } from '../../field-rules.ts';
import { NoPlace, type Target } from '../../format.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { boundFields, boundFor, isOwnField } from './bounds.ts';

const removed: FieldChange = { kind: 'remove' };
const put = (value: unknown): FieldChange => ({ kind: 'put', json: JSON.stringify(value) });

/**
 * The client's own bytes for a provider that speaks chat as well. The model and the output bound are put in where they
 * differ, under the name that the provider goes by: under no other, since a provider passes over what it does not know,
 * and no spelling may make its answer longer than what was admitted. `null` counts as left out.
 */
export function patchChat(body: Buffer, parsedBody: JsonObject, target: Target): Buffer {
  const { rules } = target;
  const changes = new Map<string, FieldChange>();
  if (parsedBody['model'] !== target.model) changes.set('model', put(target.model));
  const bound = boundFor(parsedBody, target);
  for (const field of boundFields) if (Object.hasOwn(parsedBody, field)) changes.set(field, removed);
  if (parsedBody[rules.maxTokensField] === bound) changes.delete(rules.maxTokensField);
  else changes.set(rules.maxTokensField, put(bound));
  askForUsage(changes, parsedBody, target);
  // The wish for the cost is said to the gateway.
  if (Object.hasOwn(parsedBody, 'usage')) changes.set('usage', removed);
  fitToRules(changes, parsedBody, target);
  return spliceFields(body, parsedBody, changes);
}

/** Asks a stream for its usage, where the provider takes that and the client has not asked. */
function askForUsage(changes: Map<string, FieldChange>, body: JsonObject, { stream, rules }: Target): void {
  const options = asObject(body['stream_options']);
  if (!rules.takesStreamOptions) {
    if (Object.hasOwn(body, 'stream_options')) changes.set('stream_options', removed);
  } else if (stream && options?.['include_usage'] !== true) {
    changes.set('stream_options', put({ ...options, include_usage: true }));
  }
}

/** Renames what the provider calls otherwise, and refuses or leaves out what it does not take. */
export function fitToRules(
  changes: Map<string, FieldChange>,
  body: JsonObject,
  { rules, dropsUnplaced }: Target,
): void {
  for (const { field, why } of untakenFields(rules, body)) {
    if (changes.has(field)) continue;
    if (!dropsUnplaced) throw new NoPlace(field, why);
    changes.set(field, removed);
  }
  // What is refused and said to be null says nothing.
  for (const field of rules.refused) if (Object.hasOwn(body, field) && !changes.has(field)) changes.set(field, removed);
  for (const [field, instead] of toldInstead(rules, body))
    if (!changes.has(field)) tellInstead(changes, body, field, instead);
  for (const [field, name] of Object.entries(rules.renamed)) {
    if (!Object.hasOwn(body, field) || changes.has(field) || isOwnField(name)) continue;
    changes.set(field, Object.hasOwn(body, name) ? removed : { kind: 'rename', name });
  }
}

/** What the client says itself by the provider's own fields comes first. */
function tellInstead(changes: Map<string, FieldChange>, body: JsonObject, field: string, instead: ToldInstead): void {
  if (typeof instead === 'string') {
    changes.set(field, put(instead));
    return;
  }
  changes.set(field, removed);
  for (const [name, value] of Object.entries(instead)) if (!Object.hasOwn(body, name)) changes.set(name, put(value));
}
