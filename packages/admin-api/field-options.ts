import { clone, type DescField, type DescMessage, getOption, type Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { type FieldOptions, field as fieldOption, Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';

/** What the description says of a field. */
export function fieldOptionsOf(field: DescField): FieldOptions {
  return getOption(field, fieldOption);
}

/** Whether callers write the field; the gateway writes or computes all others. */
export function isWritten(field: DescField): boolean {
  const { visibility } = fieldOptionsOf(field);
  return visibility === Visibility.UNSPECIFIED || visibility === Visibility.SEALED || visibility === Visibility.SECRET;
}

/** The fields of a message that have one of the visibilities, in the order of the description. */
export function fieldsVisible(schema: DescMessage, ...visibilities: readonly Visibility[]): readonly DescField[] {
  return schema.fields.filter((field) => visibilities.includes(fieldOptionsOf(field).visibility));
}

/** A copy of a message without the values of such fields, in it and in all that it holds. */
export function withoutVisible<M extends Message>(
  schema: DescMessage,
  message: M,
  ...visibilities: readonly Visibility[]
): M {
  const left = clone(schema, message);
  clearVisible(schema, left, visibilities);
  return left as unknown as M;
}

function clearVisible(schema: DescMessage, message: Message, visibilities: readonly Visibility[]): void {
  const reflected = reflect(schema, message);
  for (const field of schema.fields) {
    if (visibilities.includes(fieldOptionsOf(field).visibility)) reflected.clear(field);
    else if (field.message !== undefined) {
      const value = (message as unknown as Record<string, unknown>)[field.localName] as Message | Message[] | undefined;
      const below = Array.isArray(value) ? value : value === undefined ? [] : [value];
      for (const each of below) clearVisible(field.message, each, visibilities);
    }
  }
}
