import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { NoPlace, type Target } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { type FieldChange, spliceFields } from '../../json/splice-fields.ts';
import { writeJson } from '../../json/write-json.ts';
import { WRAPPED_PROOF } from './proof.ts';
import { hasSearchTool, TOOL_CALLS_DEFAULT } from './searches.ts';

/** What is asked of the gateway itself: the items of an earlier response are in the input by now, and the cost is its own. */
export const gatewaysFields: readonly string[] = ['previous_response_id', 'usage'];

/**
 * The client's request for a provider of this format, byte for byte but for what the gateway answers for: the model, the
 * bounds that the hold covers, and the state, which the gateway keeps itself.
 */
export function patchResponses(body: Buffer, parsedBody: JsonObject, target: Target): Buffer {
  const changes = new Map<string, FieldChange>();
  const put = (name: string, value: unknown) => changes.set(name, { kind: 'put', json: JSON.stringify(value) });
  if (parsedBody['model'] !== target.model) put('model', target.model);
  if ((parsedBody['stream'] === true) !== target.stream) put('stream', target.stream);
  const asked = parsedBody['max_output_tokens'];
  if (typeof asked !== 'number' || asked > target.outputTokensMax) put('max_output_tokens', target.outputTokensMax);
  if (typeof parsedBody['max_tool_calls'] !== 'number' && hasSearchTool(parsedBody)) {
    put('max_tool_calls', TOOL_CALLS_DEFAULT);
  }
  if (parsedBody['store'] !== false) put('store', false);
  for (const name of gatewaysFields) if (Object.hasOwn(parsedBody, name)) changes.set(name, { kind: 'remove' });
  const input = withoutForeignProofs(body);
  if (input !== null) changes.set('input', { kind: 'put', json: input });
  followResponsesRules(parsedBody, target, changes);
  return spliceFields(body, parsedBody, changes);
}

/** Thoughts of another format's models, which no model of this one can take back. JSON; null: there are none. */
export function withoutForeignProofs(body: Buffer): string | null {
  if (!body.includes(WRAPPED_PROOF)) return null;
  const input = parseObjectKeptDigits(body.toString())?.['input'];
  return Array.isArray(input) ? writeJson(asArray(input).filter((item) => !isForeignThought(item))) : null;
}

function isForeignThought(value: unknown): boolean {
  const item = asObject(value);
  const proof = item?.['type'] === 'reasoning' ? item['encrypted_content'] : null;
  return typeof proof === 'string' && proof.startsWith(WRAPPED_PROOF);
}

/** The names that the provider has for fields, and the fields that it refuses. */
export function followResponsesRules(
  parsedBody: JsonObject,
  target: Pick<Target, 'rules' | 'dropsUnplaced'>,
  changes: Map<string, FieldChange>,
): void {
  const { rules, dropsUnplaced } = target;
  for (const [name, other] of Object.entries(rules.renamed)) {
    const change = changes.get(name);
    const isThere = Object.hasOwn(parsedBody, name);
    if (change?.kind === 'put') {
      changes.set(other, change);
      changes.delete(name);
      if (isThere) changes.set(name, { kind: 'remove' });
    } else if (isThere && change === undefined) changes.set(name, { kind: 'rename', name: other });
  }
  for (const name of rules.refused) {
    const value = parsedBody[name] ?? null;
    if (value === null && !changes.has(name)) continue;
    // What the gateway itself would put in is not missed.
    if (value !== null && !dropsUnplaced && !own.has(name)) throw new NoPlace(name, 'the provider refuses it');
    changes.delete(name);
    if (Object.hasOwn(parsedBody, name)) changes.set(name, { kind: 'remove' });
  }
}

/** Fields of the gateway's own wishes. A provider without them keeps no state anyway. */
const own: ReadonlySet<string> = new Set(['store', 'previous_response_id']);
