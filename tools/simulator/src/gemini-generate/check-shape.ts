import type { z } from 'zod';
import { RequestProblem } from '../request-problem.ts';
import { tellingIssue } from '../shape-issue.ts';

/** Takes a body that has the shape; throws a RequestProblem (400) in Google's words for the first fault. */
export function checkGeminiShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RequestProblem(400, issue === undefined ? 'The body is wrong.' : wordsFor(tellingIssue(issue)));
}

function wordsFor(issue: z.core.$ZodIssue): string {
  const path = issue.path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  if (issue.code === 'unrecognized_keys') {
    const at = path === '' ? '' : ` at '${path}'`;
    return `Invalid JSON payload received. Unknown name "${issue.keys[0]}"${at}: Cannot find field.`;
  }
  return `Invalid value at '${path}': ${issue.message}`;
}
