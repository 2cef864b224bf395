import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import type { Exchange } from '../http/exchange.ts';

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

/** The request's `Idempotency-Key`; undefined where it has none. Throws a `Fault` for one that is too long or not ASCII. */
export function idempotencyKeyOf({ request }: Exchange): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  throw new Fault(invalid('Idempotency-Key must have 1 to 255 printable ASCII characters.', 'Idempotency-Key'));
}
