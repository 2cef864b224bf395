import type { JsonObject } from '#kernel/json.ts';
import { factsOf, type Kind } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import { matchFields } from './policy-kinds.ts';
import type { YamlItem } from './yaml-items.ts';

/** Which resource it is: by its id, or where the gateway makes ids by its name. */
export function takeIdentity(kind: Kind, document: JsonObject, item: YamlItem) {
  const { isNamed, isSingle } = factsOf(kind).options;
  const { id: given, ...others } = document;
  const id = typeof (given ?? '') === 'string' ? String(given ?? '').trim() : undefined;
  const refused = (param: string, message: string) => ({
    id: '',
    label: '',
    document: others,
    faults: [{ line: item.lineOf(param), message }],
    refused: param,
  });
  if (id === undefined) return refused('id', "'id' must be a text.");
  if (isSingle) {
    if (id !== '' && id !== SINGLE_ID)
      return refused('id', `there is one resource of the kind ${kind}: leave 'id' out.`);
    return { id: SINGLE_ID, label: SINGLE_ID, document: others, faults: [] };
  }
  if (isNamed) {
    if (id === '') return refused('id', `'id' is required: the ${kind} has the id that you give it.`);
    return { id, label: id, document, faults: [] };
  }
  const matchField = matchFields[kind] ?? 'name';
  const match = document[matchField];
  if (id !== '') return { id, label: id, document: others, faults: [] };
  if (typeof match === 'string' && match.trim() !== '')
    return { id, label: match.trim(), document: others, faults: [] };
  return refused(matchField, `'${matchField}' is required: the gateway finds the ${kind} by it. Or give its 'id'.`);
}
