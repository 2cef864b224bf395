import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** The request cannot be read: what is wrong with which field. */
export function refuse(param: string, message: string): Fault {
  return new Fault(invalid(message, param));
}
