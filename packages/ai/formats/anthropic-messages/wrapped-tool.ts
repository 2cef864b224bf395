import { parseObject } from '#kernel/json.ts';

/** A custom tool takes any text. Here it is a function with this one field. */
export const WRAPPED_FIELD = 'input';

/** The schema of a custom tool's function. `grammar`: the text follows it. */
export function wrappedSchema(grammar: string | undefined): Readonly<Record<string, unknown>> {
  const description = grammar === undefined ? 'Any text.' : 'Text that follows the grammar.';
  return {
    type: 'object',
    properties: { [WRAPPED_FIELD]: { type: 'string', description } },
    required: [WRAPPED_FIELD],
    additionalProperties: false,
  };
}

/** The text for a custom tool, out of its function's input; the input itself where a model did not keep to the schema. */
export function unwrapped(input: string): string {
  const text = parseObject(input)?.[WRAPPED_FIELD];
  return typeof text === 'string' ? text : input;
}
