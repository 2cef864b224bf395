import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';

/** Refuses a request in OpenAI's form that Anthropic has no form for. `dialect.ts` turns it into a refusal. */
export function refuse(param: string, message: string): Fault {
  return new Fault(invalid(message, param));
}
