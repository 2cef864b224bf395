import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { fieldDescription, messageDescription } from './descriptions.ts';
import { fieldOptionsOf, isWritten } from './field-options.ts';
import { isShown, isShownOnce, objectNameOf } from './write-output.ts';

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema describes: what callers write, what of it they change, or what they are shown. */
export type SchemaUse = 'input' | 'change' | 'output';

const suffixes: Readonly<Record<SchemaUse, string>> = { input: 'Input', change: 'Change', output: '' };

/** Formats that JSON Schema knows, by its names. */
const knownFormats: Readonly<Partial<Record<Format, string>>> = {
  [Format.EMAIL]: 'email',
  [Format.TIME]: 'date-time',
  [Format.URL]: 'uri',
};

/** What a text of a format looks like. */
const examples: Readonly<Partial<Record<Format, string>>> = {
  [Format.USD]: '10.50',
  [Format.MULTIPLIER]: '1.5',
  [Format.USD_PER_MILLION]: '0.15',
  [Format.CIDR]: '10.0.0.0/8',
  [Format.PATTERN]: 'gpt-*',
  [Format.SECRET_REFERENCE]: 'env:OPENAI_API_KEY',
  [Format.TIME_ZONE]: 'Europe/Berlin',
  [Format.PERCENT]: '2.5',
  [Format.TIME_OF_DAY]: '22:00',
};

/** Texts that say a number: callers may write them as one. */
const numeric: ReadonlySet<Format> = new Set([
  Format.USD,
  Format.MULTIPLIER,
  Format.AMOUNT,
  Format.USD_PER_MILLION,
  Format.PERCENT,
]);

/** The name of a message's schema among the components of a document. */
export function schemaName({ name }: DescMessage, use: SchemaUse): string {
  return `${name.replace(/(Request|Response)$/, (end) => (end === 'Request' ? '' : 'Result'))}${suffixes[use]}`;
}

export function schemaRef(message: DescMessage, use: SchemaUse): JsonSchema {
  return { $ref: `#/components/schemas/${schemaName(message, use)}` };
}

/** The schemas of messages, and of those that they hold. */
export function componentSchemas(
  messages: Iterable<readonly [DescMessage, SchemaUse]>,
): Readonly<Record<string, JsonSchema>> {
  const schemas: Record<string, JsonSchema> = {};
  const left = [...messages];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [message, use] = next;
    const name = schemaName(message, use);
    if (name in schemas) continue;
    schemas[name] = messageSchema(message, use);
    for (const field of fieldsOf(message, use))
      if (field.message !== undefined) left.push([field.message, belowUse(use)]);
  }
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A schema of some fields of a message, each as callers write it. */
export function inputSchemaOf(fields: readonly DescField[]): JsonSchema {
  const required = fields.filter((field) => fieldOptionsOf(field).required).map(({ name }) => name);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, 'input')])),
  };
}

function messageSchema(message: DescMessage, use: SchemaUse): JsonSchema {
  const description = messageDescription(message);
  const said = description === '' ? {} : { description };
  const fields = fieldsOf(message, use);
  if (use === 'input') return { ...said, ...inputSchemaOf(fields) };
  const object = use === 'output' ? objectNameOf(message) : undefined;
  return {
    ...said,
    type: 'object',
    ...(use === 'change' ? { additionalProperties: false, minProperties: 1 } : {}),
    properties: {
      ...(object === undefined ? {} : { object: { const: object } }),
      ...Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, use)])),
    },
  };
}

function fieldsOf({ fields }: DescMessage, use: SchemaUse): readonly DescField[] {
  return fields.filter(use === 'output' ? isShown : isWritten);
}

/** A message within a change is given whole. */
function belowUse(use: SchemaUse): SchemaUse {
  return use === 'output' ? 'output' : 'input';
}

/** What a field holds, with its bounds. */
export function fieldSchema(field: DescField, use: SchemaUse): JsonSchema {
  const { itemsMax } = fieldOptionsOf(field);
  const description = [
    fieldDescription(field),
    ...(use === 'output' && isShownOnce(field) ? ['Left out of every other answer.'] : []),
  ].join(' ');
  const said = description.trim() === '' ? {} : { description: description.trim() };
  switch (field.fieldKind) {
    case 'message':
      return {
        ...said,
        ...(use === 'input' ? schemaRef(field.message, use) : nullable(schemaRef(field.message, belowUse(use)))),
      };
    case 'list': {
      const items = field.listKind === 'message' ? schemaRef(field.message, belowUse(use)) : scalarSchema(field, use);
      return { ...said, type: 'array', items, ...(itemsMax === 0 || use === 'output' ? {} : { maxItems: itemsMax }) };
    }
    case 'map':
      return {
        ...said,
        type: 'object',
        additionalProperties: { type: 'string' },
        ...(itemsMax === 0 || use === 'output' ? {} : { maxProperties: itemsMax }),
      };
    default:
      return { ...said, ...valueSchema(field, use) };
  }
}

/** Of one value: an empty text is shown as null, and null empties a field of a change. */
function valueSchema(field: DescField, use: SchemaUse): JsonSchema {
  const schema = scalarSchema(field, use);
  const isText = field.scalar === ScalarType.STRING;
  const mayBeNull = use === 'output' ? isText && !isShownOnce(field) : use === 'change';
  if (!mayBeNull) return schema;
  const { type, enum: values } = schema;
  return {
    ...schema,
    type: [...(Array.isArray(type) ? type : [type]), 'null'],
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}

function nullable(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

function scalarSchema(field: DescField, use: SchemaUse): JsonSchema {
  const { min, max, format, oneOf, charsMax } = fieldOptionsOf(field);
  switch (field.scalar) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.UINT32:
    case ScalarType.UINT64:
      return { type: 'integer', minimum: Number(min ?? 0), ...(max === undefined ? {} : { maximum: Number(max) }) };
    default: {
      const isNumber = numeric.has(format) && (use !== 'output' || format === Format.AMOUNT);
      const example = examples[format];
      return {
        type: isNumber ? ['string', 'number'] : 'string',
        ...(oneOf.length === 0 ? {} : { enum: oneOf }),
        ...(knownFormats[format] === undefined ? {} : { format: knownFormats[format] }),
        ...(charsMax === 0 || use === 'output' ? {} : { maxLength: charsMax }),
        ...(example === undefined ? {} : { examples: [example] }),
      };
    }
  }
}
