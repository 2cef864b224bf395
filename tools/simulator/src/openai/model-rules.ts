import type { JsonObject } from '#kernel/json.ts';
import { RequestProblem } from '../request-problem.ts';

/** Models that reason take no sampling settings. */
const REASONING_MODEL_PATTERN = /^(o\d|gpt-5)/;

/** Models that know of no effort. Those of other providers are not known here, and take one. */
const NO_EFFORT_MODEL_PATTERN = /^(gpt-[34]|chatgpt)/;

const samplingFields = ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'logprobs', 'logit_bias'];

/** Throws a RequestProblem (400) for settings that a model does not take. A value that is the default passes. */
export function checkModelRules(model: string, body: JsonObject): void {
  if (!REASONING_MODEL_PATTERN.test(model)) return;
  if (body['max_tokens'] !== undefined && body['max_tokens'] !== null) {
    throw unsupported('max_tokens', " Use 'max_completion_tokens' instead.");
  }
  for (const field of samplingFields) {
    const value = body[field];
    const isDefault =
      value === undefined || value === null || value === false || value === (field.endsWith('penalty') ? 0 : 1);
    if (!isDefault) throw unsupported(field, '');
  }
}

/** Whether a model thinks for an effort. Throws a RequestProblem (400) where it takes none; `param` is the field. */
export function thinksFor(model: string, effort: string | null | undefined, param: string): boolean {
  if (effort === undefined || effort === null || effort === 'none') return false;
  if (NO_EFFORT_MODEL_PATTERN.test(model)) throw unsupported(param, '');
  return true;
}

function unsupported(param: string, advice: string): RequestProblem {
  const message = `Unsupported parameter: '${param}' is not supported with this model.${advice}`;
  return new RequestProblem(400, message, { param, code: 'unsupported_parameter' });
}
