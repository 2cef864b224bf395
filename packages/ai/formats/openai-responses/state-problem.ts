import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';

/** A field that asks for state or work which the gateway does not keep or do, or that is another API's. */
interface StateField {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly message: string;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const stateFields: readonly StateField[] = [
  {
    field: 'background',
    isAsked: (value) => value === true,
    message: 'Responses are not made in the background here: leave it out, and stream the response if it takes long.',
  },
  {
    field: 'conversation',
    isAsked: isGiven,
    message: 'The gateway keeps no conversations: send their items as input, or previous_response_id.',
  },
  {
    field: 'prompt',
    isAsked: isGiven,
    message: "A prompt template belongs to a provider's account: send its text as instructions and input.",
  },
  {
    field: 'truncation',
    isAsked: (value) => isGiven(value) && value !== 'disabled',
    message:
      'The gateway cuts nothing off a conversation: leave it out, and send a shorter input where it is too long.',
  },
  // A provider that goes by chat's own names would outrun the hold.
  ...['max_tokens', 'max_completion_tokens'].map((field) => ({
    field,
    isAsked: isGiven,
    message: "Here the bound is called 'max_output_tokens'.",
  })),
  { field: 'n', isAsked: (value) => isGiven(value) && value !== 1, message: 'A response is one answer.' },
];

export const stateFieldNames: readonly string[] = stateFields.map(({ field }) => field);

/** What of a request needs state that the gateway has none of; undefined: nothing. */
export function stateProblem(body: JsonObject): Refusal | undefined {
  for (const { field, isAsked, message } of stateFields) {
    if (isAsked(body[field])) return invalid(`Unsupported parameter: '${field}'. ${message}`, field);
  }
  return undefined;
}
