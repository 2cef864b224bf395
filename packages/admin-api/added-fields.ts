import type { DescMessage } from '@bufbuild/protobuf';
import { ChangeBalanceResponseSchema, UndoCreditResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { ApiKeySchema, ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';

type Document = Readonly<Record<string, unknown>>;

/** What documents have beside the fields of their messages, for clients that know them so from the first version on. */
interface AddedFields {
  readonly object?: string;
  readonly more?: (document: Document) => Document;
}

const credit: AddedFields = { object: 'credit', more: ({ credit_id }) => ({ id: credit_id }) };

const rows: ReadonlyMap<string, AddedFields> = new Map<string, AddedFields>([
  ...ResourceSchema.fields.flatMap(({ message }): [string, AddedFields][] =>
    message === undefined ? [] : [[message.typeName, { object: snakeCase(message.name) }]],
  ),
  [ApiKeySchema.typeName, { object: 'api_key', more: ({ status }) => ({ revoked: status === 'revoked' }) }],
  [ChangeBalanceResponseSchema.typeName, credit],
  [UndoCreditResponseSchema.typeName, credit],
]);

export function addedFields(schema: DescMessage, document: Document): Document {
  const row = rows.get(schema.typeName);
  if (row === undefined) return {};
  return { ...(row.object === undefined ? {} : { object: row.object }), ...row.more?.(document) };
}

function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
