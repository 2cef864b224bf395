import { create, type DescMessage } from '@bufbuild/protobuf';
import { fieldProblems } from '#admin-api/check-fields.ts';
import { type ReadInput, readInput } from '#admin-api/read-input.ts';
import { Fault } from '#errors/fault.ts';
import type { JsonObject } from '#kernel/json.ts';

interface Problem {
  readonly param: string;
  readonly message: string;
}

/** Reads a document to its end although fields of it are wrong: without each of them once more. */
export function readAll(schema: DescMessage, document: JsonObject) {
  const problems: Problem[] = [];
  let left = document;
  for (;;) {
    const found = readOnce(schema, left);
    if (!('problem' in found)) {
      const wrong = problems.map(({ param }) => fieldIn(document, param));
      const unfit = fieldProblems(schema, found.message)
        .map(({ param = '', message }) => ({ param, message }))
        .filter(({ param }) => !wrong.includes(fieldIn(document, param) ?? param));
      return { message: found.message, fields: found.fields, problems: [...problems, ...unfit] };
    }
    problems.push(found.problem);
    const field = fieldIn(left, found.problem.param);
    if (field === undefined) return { message: create(schema), fields: [], problems };
    const { [field]: _, ...others } = left;
    left = others;
  }
}

function readOnce(schema: DescMessage, document: JsonObject): ReadInput | { readonly problem: Problem } {
  try {
    return readInput(schema, document);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const { param = '', message } = thrown.refusal;
    return { problem: { param, message } };
  }
}

/** The field of a document that a path begins with. */
function fieldIn(document: JsonObject, path: string): string | undefined {
  return Object.keys(document).find(
    (name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
  );
}
