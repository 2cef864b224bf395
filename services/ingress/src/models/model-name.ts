import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { JsonObject } from '#kernel/json.ts';

/** As long as the names that a request may ask for. */
const MODEL_MAX_CHARACTERS = 256;

/** The model that a body names. Throws a `Fault` that names the field. */
export function modelNameIn({ model }: JsonObject): string {
  if (model === undefined || model === null || model === '') throw refused('You must provide a model parameter.');
  if (typeof model !== 'string') throw refused("Invalid type for 'model': expected a string.");
  if (model.length <= MODEL_MAX_CHARACTERS) return model;
  throw refused(`Invalid 'model': a name has at most ${MODEL_MAX_CHARACTERS} characters.`);
}

function refused(message: string): Fault {
  return new Fault(invalid(message, 'model'));
}
