import type { z } from 'zod';
import { RequestProblem } from '../request-problem.ts';
import { tellingIssue } from '../shape-issue.ts';
import { valueAt } from '../value-at.ts';

/** Takes a body that has the shape; throws a RequestProblem (400) in OpenAI's words for the first fault. */
export function checkOpenAiShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw issue === undefined ? new RequestProblem(400, 'The body is wrong.') : problemOf(body, tellingIssue(issue));
}

function problemOf(body: unknown, issue: z.core.$ZodIssue): RequestProblem {
  const param = pathOf(issue.path);
  const value = valueAt(body, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const unknown = pathOf([...issue.path, issue.keys[0] ?? '']);
      return new RequestProblem(400, `Unknown parameter: '${unknown}'.`, { param: unknown, code: 'unknown_parameter' });
    }
    case 'invalid_type':
    case 'invalid_union':
      if (value === undefined) {
        const message = `Missing required parameter: '${param}'.`;
        return new RequestProblem(400, message, { param, code: 'missing_required_parameter' });
      }
      return issue.code === 'invalid_type'
        ? invalid(
            param,
            'invalid_type',
            `Invalid type for '${param}': expected ${issue.expected}, but got ${nameOf(value)} instead.`,
          )
        : invalid(param, 'invalid_value', `Invalid value: '${shortOf(value)}' for '${param}'.`);
    case 'invalid_value':
      if (value === undefined) {
        const message = `Missing required parameter: '${param}'.`;
        return new RequestProblem(400, message, { param, code: 'missing_required_parameter' });
      }
      return invalid(
        param,
        'invalid_value',
        `Invalid value: '${shortOf(value)}'. Supported values are: ${issue.values.map((each) => `'${String(each)}'`).join(', ')}.`,
      );
    default:
      return invalid(param, 'invalid_value', `Invalid '${param}': ${issue.message}.`);
  }
}

function invalid(param: string, code: string, message: string): RequestProblem {
  return new RequestProblem(400, message, { param, code });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

function shortOf(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 60);
}
