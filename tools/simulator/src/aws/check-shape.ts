import type { z } from 'zod';
import { RequestProblem } from '../request-problem.ts';
import { tellingIssue } from '../shape-issue.ts';
import { valueAt } from '../value-at.ts';

/** Takes a body that has the shape; throws a RequestProblem (400) in AWS' words for the first fault. */
export function checkAwsShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw issue === undefined ? new RequestProblem(400, 'The body is wrong.') : problemFor(body, tellingIssue(issue));
}

function problemFor(body: unknown, issue: z.core.$ZodIssue): RequestProblem {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') return extraneous(issue.keys[0] ?? '', path);
  const value = valueAt(body, issue.path);
  if (issue.code === 'invalid_type' && value !== undefined) {
    return new RequestProblem(400, `${path}: the value cannot be converted to ${issue.expected}`, {
      code: 'SerializationException',
    });
  }
  const at = value === undefined ? `Value at '${path}'` : `Value '${shown(value)}' at '${path}'`;
  return new RequestProblem(
    400,
    `1 validation error detected: ${at} failed to satisfy constraint: ${constraint(issue)}`,
  );
}

/** A field that nobody knows. */
export function extraneous(key: string, path = ''): RequestProblem {
  const at = path === '' ? '#' : `#/${path.replaceAll('.', '/')}`;
  return new RequestProblem(
    400,
    `Malformed input request: ${at}: extraneous key [${key}] is not permitted, please reformat your input and try again.`,
  );
}

function constraint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'Member must not be null';
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    case 'too_small':
    case 'too_big': {
      const bound =
        issue.code === 'too_small'
          ? `greater than or equal to ${issue.minimum}`
          : `less than or equal to ${issue.maximum}`;
      return issue.origin === 'string' || issue.origin === 'array'
        ? `Member must have length ${bound}`
        : `Member must have value ${bound}`;
    }
    default:
      return issue.message;
  }
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
