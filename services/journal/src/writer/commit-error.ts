import { FencedError } from '../adapters/event-store.ts';

/**
 * What a failed commit says about the batch. `refused`: PostgreSQL would not take these rows, and nothing is written.
 * `fenced`: the log is not where this writer left it. `unknown`: the connection broke or the server is going away, and
 * the batch may be written or not. Only the log's head can tell.
 */
export type CommitError = 'refused' | 'fenced' | 'unknown';

/** SQLSTATE classes of refused statements: data, integrity constraint, syntax and access rights, limits. */
const REFUSED_CLASSES = new Set(['22', '23', '42', '54']);

/** Whether the database itself reported that the statement failed, so that nothing of it can be written any more. */
export function isRolledBack(error: unknown): boolean {
  // FATAL ends the connection, and may come after a commit. With translated messages nothing is certain.
  return (error as { severity?: unknown } | null)?.severity === 'ERROR';
}

export function classifyCommitError(error: unknown): CommitError {
  if (error instanceof FencedError) return 'fenced';
  if (error instanceof RangeError) return 'refused';
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.length === 5 && REFUSED_CLASSES.has(code.slice(0, 2)) ? 'refused' : 'unknown';
}
