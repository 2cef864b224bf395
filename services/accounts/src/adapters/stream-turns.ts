import { Fault } from '#errors/fault.ts';
import type { Ports } from '../ports.ts';

/**
 * Each is an admin call that somebody waits for; at a millisecond or two a turn the last of them waits a tenth of a
 * second.
 */
const TURNS_MAX = 100;

/**
 * Lets commands on one stream go one after another, those on different streams side by side. The log settles every race
 * by itself, but two racing repeats of one command look to it like one event id with two contents: the sign of a broken
 * writer, for which it raises an alarm. More than TURNS_MAX that wait for one stream are refused as `unavailable`.
 */
export function createStreamTurns(): Ports['inTurn'] {
  const lines = new Map<string, { last: Promise<unknown>; turns: number }>();

  return async (stream, work) => {
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
  };
}
