import type { DescMessage } from '@bufbuild/protobuf';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Kind } from '#registry/kinds.ts';
import { type Place, type Reference, UNRESOLVED_ID } from './policy-entry.ts';
import type { PolicyFault } from './policy-fault.ts';
import { matchFields, nameOfReference } from './policy-kinds.ts';

interface Taken {
  /** The document with an id in place of every name. */
  readonly document: JsonObject;
  readonly references: readonly Reference[];
  readonly faults: readonly PolicyFault[];
}

interface Spot {
  /** The field of the id in the document, and the property of the message. */
  readonly field: string;
  readonly property: string;
  readonly kind: Kind;
}

/** Takes names that stand for ids out of a resource: `team` for team_id, `user_email` for user_id, and those of a subject. */
export function takeReferences(schema: DescMessage, document: JsonObject, place: Place): Taken {
  const spots = schema.fields.flatMap((field): Spot[] => {
    const kind = fieldOptionsOf(field).refersTo as Kind;
    const isAlone = field.fieldKind === 'scalar' && matchFields[kind] !== undefined;
    return isAlone ? [{ field: field.name, property: field.localName, kind }] : [];
  });
  const own = takeFrom(document, spots, place, { path: '', properties: [] });
  const subject = document['subject'];
  const hasSubject = schema.fields.some(({ name }) => name === 'subject') && isJsonObject(subject);
  if (!hasSubject) return own;
  const below = takeSubject(subject, place);
  return {
    document: { ...own.document, subject: below.document },
    references: [...own.references, ...below.references],
    faults: [...own.faults, ...below.faults],
  };
}

/** `{team: Research}` is the subject of the kind team with that team's id. */
function takeSubject(subject: JsonObject, place: Place): Taken {
  const named = Object.keys(matchFields).filter((kind) => nameOfReference(kind) in subject);
  const [kind] = named;
  if (kind === undefined) return { document: subject, references: [], faults: [] };
  const given = subject['kind'] ?? kind;
  if (named.length > 1 || given !== kind) {
    const message = `'subject.${nameOfReference(kind)}' names a ${kind}, and another field another subject: give one.`;
    return { document: subject, references: [], faults: [{ line: place.lineOf('subject'), message }] };
  }
  const spot: Spot = { field: 'id', property: 'id', kind: kind as Kind };
  return takeFrom({ ...subject, kind }, [spot], place, { path: 'subject.', properties: ['subject'] });
}

function takeFrom(
  document: JsonObject,
  spots: readonly Spot[],
  place: Place,
  above: { readonly path: string; readonly properties: readonly string[] },
): Taken {
  const left: Record<string, unknown> = { ...document };
  const references: Reference[] = [];
  const faults: PolicyFault[] = [];
  for (const { field, property, kind } of spots) {
    const written = nameOfReference(kind);
    if (!(written in document)) continue;
    const line = place.lineOf(above.path + written);
    const name = document[written];
    delete left[written];
    if (field in document) {
      const [one, other] = [above.path + written, above.path + field];
      faults.push({ line, message: `'${one}' and '${other}' say the same: give one.` });
    } else if (name === null) {
      left[field] = null;
    } else if (typeof name !== 'string' || name.trim() === '') {
      faults.push({ line, message: `'${above.path}${written}' must be the ${matchFields[kind]} of a ${kind}.` });
    } else {
      left[field] = UNRESOLVED_ID;
      references.push({ path: [...above.properties, property], kind, name: name.trim(), line });
    }
  }
  return { document: left, references, faults };
}
