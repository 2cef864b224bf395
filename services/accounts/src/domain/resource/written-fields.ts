import { clone, create, type DescField, type DescMessage, equals, type Message } from '@bufbuild/protobuf';
import { fieldOptionsOf, isWritten } from '#admin-api/field-options.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';

/** The id names the resource and is never changed by a field. */
const ID = 'id';

function writtenFields(schema: DescMessage): readonly DescField[] {
  return schema.fields.filter((field) => field.name !== ID && isWritten(field));
}

/** A copy of `base` with the named fields of `from`; all that callers write where none is named. */
export function withWritten<M extends Message>(
  schema: DescMessage,
  base: M,
  from: Message,
  names: readonly string[],
): M {
  const next = clone(schema, base) as unknown as Record<string, unknown>;
  for (const field of writtenFields(schema)) {
    if (names.length > 0 && !names.includes(field.name)) continue;
    const { isImmutable, visibility } = fieldOptionsOf(field);
    const value = (from as unknown as Record<string, unknown>)[field.localName];
    // What can't change, or is never shown, need not be repeated where the rest is replaced.
    if (names.length === 0 && (isImmutable || visibility === Visibility.SECRET) && value === '') continue;
    next[field.localName] = value;
  }
  return next as unknown as M;
}

/** Why a mask names what can't be changed; undefined: it does not. */
export function maskProblem(schema: DescMessage, names: readonly string[]): Refusal | undefined {
  const known = new Set(writtenFields(schema).map((field) => field.name));
  const unknown = names.find((name) => !known.has(name));
  return unknown === undefined ? undefined : invalid(`'${unknown}' is no field that can be changed.`, unknown);
}

/** Why a change is one of a field that never changes; undefined: it is not. */
export function immutableProblem(schema: DescMessage, before: Message, next: Message): Refusal | undefined {
  const changed = writtenFields(schema).find(
    (field) => fieldOptionsOf(field).isImmutable && !isSameIn(schema, field, before, next),
  );
  return changed && invalid(`'${changed.name}' can't be changed.`, changed.name);
}

/** Whether two resources agree in the named fields, or in all that callers write where none is named. */
export function isWrittenSame(
  schema: DescMessage,
  one: Message,
  other: Message,
  names: readonly string[] = [],
): boolean {
  return writtenFields(schema)
    .filter((field) => names.length === 0 || names.includes(field.name))
    .every((field) => isSameIn(schema, field, one, other));
}

function isSameIn(schema: DescMessage, { localName }: DescField, one: Message, other: Message): boolean {
  const only = (message: Message): Message =>
    create(schema, { [localName]: (message as unknown as Record<string, unknown>)[localName] });
  return equals(schema, only(one), only(other));
}
