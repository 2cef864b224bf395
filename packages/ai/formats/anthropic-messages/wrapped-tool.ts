import { WRAPPED_FIELD } from '../../translate/unwrap-tool-input.ts';

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
