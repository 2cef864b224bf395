import type { IncomingHttpHeaders } from 'node:http';
import { idempotencyKey, textProblem } from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';

/** A request's `Idempotency-Key`; undefined where it has none. Throws a `Fault` for one that is too long or not ASCII. */
export function idempotencyKeyIn(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  // Node makes one text of a header that came twice.
  const key = String(header);
  const problem = textProblem(idempotencyKey, key, 'Idempotency-Key');
  if (problem !== undefined) throw new Fault(problem);
  return key;
}
