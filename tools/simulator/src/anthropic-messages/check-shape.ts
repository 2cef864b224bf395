import type { z } from 'zod';
import { RequestProblem } from '../request-problem.ts';
import { tellingIssue } from '../shape-issue.ts';
import { valueAt } from '../value-at.ts';

const expectations: Readonly<Record<string, string>> = {
  string: 'Input should be a valid string',
  number: 'Input should be a valid number',
  int: 'Input should be a valid integer',
  boolean: 'Input should be a valid boolean',
  array: 'Input should be a valid list',
  object: 'Input should be a valid dictionary',
  record: 'Input should be a valid dictionary',
};

/** Takes a body that has the shape; throws a RequestProblem (400) in Anthropic's words for the first fault. */
export function checkAnthropicShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RequestProblem(400, issue === undefined ? 'The body is wrong.' : wordsFor(body, tellingIssue(issue)));
}

function wordsFor(body: unknown, issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  const value = valueAt(body, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return `${[...issue.path, issue.keys[0] ?? ''].map(String).join('.')}: Extra inputs are not permitted`;
  }
  const isAbsent = value === undefined && issue.code !== 'custom';
  if (isAbsent) return `${path}: Field required`;
  switch (issue.code) {
    case 'invalid_type':
      return `${path}: ${expectations[issue.expected] ?? `Input should be a valid ${issue.expected}`}`;
    case 'invalid_value':
      return `${path}: Input should be ${issue.values.map((each) => `'${String(each)}'`).join(' or ')}`;
    case 'too_small':
      return `${path}: Input should be greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `${path}: Input should be less than or equal to ${issue.maximum}`;
    case 'invalid_format':
      return `${path}: String should match pattern '${issue.pattern ?? ''}'`;
    default:
      return `${path}: ${issue.message}`;
  }
}
