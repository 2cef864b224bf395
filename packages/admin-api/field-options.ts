import { type DescField, type DescMessage, getOption } from '@bufbuild/protobuf';
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
