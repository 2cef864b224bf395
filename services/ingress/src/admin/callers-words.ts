import { asCallerWrote } from '#contracts/admin-fields.ts';
import { Fault } from '#errors/fault.ts';

/** Throws what accounts threw, a refusal with the name of the field as the caller of the ingress wrote it. */
export function refuseInCallersWords(thrown: unknown): never {
  if (!(thrown instanceof Fault)) throw thrown;
  throw new Fault(asCallerWrote(thrown.refusal), { cause: thrown });
}
