import { modelProblem } from '#ai/ask/problems.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';

/** The model that a body names. Throws a `Fault` that names the field. */
export function modelNameIn({ model }: JsonObject): string {
  const refusal = modelProblem(model);
  if (refusal !== undefined) throw new Fault(refusal);
  return String(model);
}
