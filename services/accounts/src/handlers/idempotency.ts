import * as fields from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';
import { derivedId, newId } from '#kernel/ids.ts';

/**
 * The ids that a command gives out. With an idempotency key they are derived from it, so that a repeat names the same
 * things; with an empty one they are fresh. Throws `invalid_request` for a key that can't be one.
 *
 * @param scope What the key is unique in, such as a user's id; empty: all commands of these kinds.
 */
export function idsOf(idempotencyKey: string, scope: string): (kind: string) => string {
  if (idempotencyKey === '') return () => newId();
  const problem = fields.textProblem(fields.idempotencyKey, idempotencyKey, fields.idempotencyKey.rpc);
  if (problem !== undefined) throw new Fault(problem);
  return (kind) => derivedId(`${scope}/${idempotencyKey}`, kind);
}
