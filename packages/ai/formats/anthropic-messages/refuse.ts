import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** A request that is none of Messages, by the field as the client wrote it. */
export function refuse(param: string, message: string): Fault {
  return new Fault(invalid(message, param));
}
