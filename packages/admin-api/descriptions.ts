import type { DescField, DescMessage } from '@bufbuild/protobuf';
import descriptions from '#contracts/gen/descriptions.json' with { type: 'json' };

const byName: Readonly<Record<string, string>> = descriptions;

/** What the description says of a message, in a sentence or two; empty: nothing. */
export function messageDescription({ typeName }: DescMessage): string {
  return byName[typeName] ?? '';
}

/** What the description says of a field; empty: nothing beyond its name. */
export function fieldDescription({ parent, name }: DescField): string {
  return byName[`${parent.typeName}.${name}`] ?? '';
}
