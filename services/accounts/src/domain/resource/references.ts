import type { DescMessage, Message } from '@bufbuild/protobuf';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { type AnyResource, factsOf, isKind, type Kind, kinds } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** A field that holds the id of another resource. */
export interface Reference {
  /** As the proto names the field: "team_id", "targets[0].provider". */
  readonly path: string;
  readonly kind: Kind;
  readonly id: string;
  /** The resource belongs to the one it refers to, for good. */
  readonly isOwner: boolean;
}

type Reader = (message: Message, path: string) => readonly Reference[];

/** The resources that a resource refers to. */
export function referencesOf({ case: kind, value }: AnyResource): readonly Reference[] {
  return readerOf(factsOf(kind).schema)?.(value, '') ?? [];
}

/** A resource that refers to this one; undefined: none does. */
export function referrerOf(kind: Kind, id: string, registry: Pick<Registry, 'all'>): AnyResource | undefined {
  for (const { kind: other, schema } of kinds.values()) {
    const read = readerOf(schema);
    if (read === undefined) continue;
    for (const value of registry.all(other)) {
      if (read(value, '').some((reference) => reference.kind === kind && reference.id === id)) {
        return { case: other, value } as AnyResource;
      }
    }
  }
  return undefined;
}

/** One reader a message: a million users are looked through in well under a second. */
const readers = new Map<string, Reader | undefined>();

function readerOf(schema: DescMessage): Reader | undefined {
  if (!readers.has(schema.typeName)) readers.set(schema.typeName, makeReader(schema));
  return readers.get(schema.typeName);
}

/** undefined: nothing in the message refers to anything. */
function makeReader(schema: DescMessage): Reader | undefined {
  const parts: Reader[] = [];
  for (const field of schema.fields) {
    const { refersTo, isImmutable, required } = fieldOptionsOf(field);
    const { localName, name } = field;
    const valueIn = (message: Message): unknown => (message as unknown as Record<string, unknown>)[localName];
    if (isKind(refersTo) && field.fieldKind === 'list') {
      parts.push((message, path) =>
        (valueIn(message) as readonly string[]).map((id, index) => ({
          path: `${path}${name}[${index}]`,
          kind: refersTo,
          id,
          isOwner: false,
        })),
      );
    } else if (isKind(refersTo)) {
      const isOwner = isImmutable && required;
      parts.push((message, path) => {
        const id = valueIn(message);
        return typeof id === 'string' && id !== '' ? [{ path: `${path}${name}`, kind: refersTo, id, isOwner }] : [];
      });
    } else if (field.fieldKind === 'list' && field.listKind === 'message') {
      const below = readerOf(field.message);
      if (below === undefined) continue;
      parts.push((message, path) =>
        (valueIn(message) as readonly Message[]).flatMap((item, index) => below(item, `${path}${name}[${index}].`)),
      );
    } else if (field.fieldKind === 'message') {
      const below = readerOf(field.message);
      if (below === undefined) continue;
      parts.push((message, path) => {
        const item = valueIn(message) as Message | undefined;
        return item === undefined ? [] : below(item, `${path}${name}.`);
      });
    }
  }
  return parts.length === 0 ? undefined : (message, path) => parts.flatMap((part) => part(message, path));
}
