import type { z } from 'zod';

/**
 * The fault that says most. Of alternatives, each of which has faults of its own, it is that of the one that got
 * furthest into the value: the one that was meant.
 */
export function tellingIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  let best: z.core.$ZodIssue | undefined;
  for (const [first] of issue.errors) {
    if (first === undefined) continue;
    const inner = tellingIssue(first);
    const whole = { ...inner, path: [...issue.path, ...inner.path] };
    if (whole.path.length > (best ?? issue).path.length) best = whole;
  }
  return best ?? issue;
}
