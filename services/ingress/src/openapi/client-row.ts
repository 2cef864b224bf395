import type { JsonSchema } from '#admin-api/json-schema.ts';

/** What is said of an operation that does not follow from the description of administration. */
export interface Row {
  readonly operation: string;
  readonly id: string;
  readonly summary: string;
  readonly tag: 'client API' | 'operation';
  readonly parameters?: readonly JsonSchema[];
  readonly body?: JsonSchema;
  readonly answer: JsonSchema;
}
