import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { type Exchange, type Handler, queryOf } from './exchange.ts';

/** The most of a client's own text that an answer repeats. */
const SHOWN_MAX = 5;
const SHOWN_MAX_CHARACTERS = 64;

/**
 * Wraps a handler: refuses query parameters that it does not take, and those that are given twice. If a parameter were
 * ignored silently, the client would get another answer than it asked for.
 */
export function withKnownQuery(handler: Handler, taken: readonly string[]): Handler {
  return (exchange, params) => {
    assertKnownQuery(exchange, taken);
    return handler(exchange, params);
  };
}

/** The same for a handler whose parameters depend on who asks. `lists`: those that may be given more than once. */
export function assertKnownQuery(exchange: Exchange, taken: readonly string[], lists: readonly string[] = []): void {
  const given = [...queryOf(exchange).keys()];
  const unknown = new Set(given.filter((name) => !taken.includes(name)));
  const [first] = unknown;
  if (first !== undefined) {
    const names = [...unknown].slice(0, SHOWN_MAX).map((name) => `'${name.slice(0, SHOWN_MAX_CHARACTERS)}'`);
    const takes = taken.length === 0 ? 'none' : taken.map((name) => `'${name}'`).join(', ');
    const message = `Unknown query parameter ${names.join(', ')}: this URL takes ${takes}.`;
    throw new Fault(invalid(message, first.slice(0, SHOWN_MAX_CHARACTERS)));
  }
  const twice = given.find((name, index) => given.indexOf(name) !== index && !lists.includes(name));
  if (twice !== undefined) throw new Fault(invalid(`The query parameter '${twice}' is given twice.`, twice));
}
