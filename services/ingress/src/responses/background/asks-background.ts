import { stateProblem } from '#ai/formats/openai-responses/state-problem.ts';
import { spliceFields } from '#ai/json/splice-fields.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';

/**
 * Whether a body may ask for its response in the background. Only then is it parsed for that: one that writes the name in escapes is
 * refused like any body that asks for it where it is not done.
 */
export function mayAskBackground(body: Buffer): boolean {
  return body.includes('"background"');
}

/** Whether a body asks for its response in the background. Throws a `Fault` for a value that is no answer to that. */
export function asksBackground({ background }: JsonObject): boolean {
  if (background !== undefined && background !== null && typeof background !== 'boolean') {
    throw new Fault(invalid("Invalid type for 'background': expected a boolean.", 'background'));
  }
  return background === true;
}

/**
 * The body as it is carried out: always as a stream, out of which the response is made, and without what only the gateway is asked.
 * Throws a `Fault` for options that have a price of their own.
 */
export function carriedOut(body: Buffer, parsedBody: JsonObject): Buffer {
  const refusal = stateProblem({ background_options: parsedBody['background_options'] });
  if (refusal !== undefined) throw new Fault(refusal);
  return spliceFields(
    body,
    parsedBody,
    new Map([
      ['background', { kind: 'remove' }],
      ['background_options', { kind: 'remove' }],
      ['stream', { kind: 'put', json: 'true' }],
    ]),
  );
}

export const needsStore: Refusal = invalid(
  "A response in the background is one that is stored: leave 'store' out. A gateway that keeps no responses makes none there.",
  'background',
);
