import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';

/** A field that asks for state or work which the gateway does not keep or do, or that is another API's. */
interface StateField {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly message: string;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** Windows of time and continuations are other prices. */
const isDearer = ([name, value]: readonly [string, unknown]): boolean =>
  isGiven(value) && !(name === 'completion_window' && value === 'soonest');

const stateFields: readonly StateField[] = [
  {
    field: 'background',
    isAsked: (value) => value === true,
    message: 'Only POST /v1/responses makes a response in the background: leave it out here.',
  },
  {
    field: 'background_options',
    isAsked: (value) => Object.entries(asObject(value) ?? {}).some(isDearer),
    message:
      'Responses in the background have no price of their own here: leave it out, and the response is made at once.',
  },
  {
    field: 'conversation',
    isAsked: isGiven,
    message: 'A conversation is looked up only where a response is made: send its items as input.',
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
