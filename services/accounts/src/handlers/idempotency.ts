import { Fault } from '#errors/fault.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import { textProblem } from '../domain/text-problem.ts';

/** As much as other APIs take, and more than a UUID or an invoice number. */
const IDEMPOTENCY_KEY_CHARS_MAX = 255;

/**
 * The ids that a command gives out. With an idempotency key they are derived from it, so that a repeat names the same
 * things; with an empty one they are fresh. Throws `invalid_request` for a key that can't be one.
 *
 * @param scope What the key is unique in, such as a user's id; empty: all commands of these kinds.
 */
export function idsOf(idempotencyKey: string, scope: string): (kind: string) => string {
  const bounds = { param: 'idempotency_key', charsMin: 0, charsMax: IDEMPOTENCY_KEY_CHARS_MAX };
  const problem = textProblem(idempotencyKey, bounds);
  if (problem !== undefined) throw new Fault(problem);
  if (idempotencyKey === '') return () => newId();
  return (kind) => derivedId(`${scope}/${idempotencyKey}`, kind);
}
