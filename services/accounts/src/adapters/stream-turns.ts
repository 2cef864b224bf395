import { Fault } from '#errors/fault.ts';
import type { Ports } from '../ports.ts';

/**
 * Each is an admin call that somebody waits for; at a millisecond or two a turn the last of them waits a tenth of a
 * second.
 */
const TURNS_MAX = 100;

/**
 * Lets commands that name the same thing, a stream or an e-mail, go one after another, and all others side by side. The log settles every race
 * by itself, but two racing repeats of one command look to it like one event id with two contents: the sign of a broken
 * writer, for which it raises an alarm. More than TURNS_MAX that wait for one thing are refused as `unavailable`.
 */
export function createStreamTurns(): Ports['inTurns'] {
  const lines = new Map<string, { last: Promise<unknown>; turns: number }>();

  async function inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const line = lines.get(stream) ?? { last: Promise.resolve(), turns: 0 };
    if (line.turns >= TURNS_MAX) {
      const message = 'Too many changes to the same thing are waiting; send the request again.';
      throw new Fault({ code: 'unavailable', message });
    }
    lines.set(stream, line);
    line.turns += 1;
    const turn = line.last.then(work);
    line.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      line.turns -= 1;
      if (line.turns === 0) lines.delete(stream);
    }
  }

  return (names, work) => {
    // Always in the same order, so that no two wait for each other.
    const inOrder = [...new Set(names)].sort().reverse();
    return inOrder.reduce<typeof work>((within, name) => () => inTurn(name, within), work)();
  };
}
