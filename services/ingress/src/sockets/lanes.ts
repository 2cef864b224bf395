import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { AT_ONCE_MAX, LANES_MAX } from './socket-bounds.ts';

/** The lanes of a connection: one response after the other in each, and several lanes at once. */
export interface Lanes {
  /** Does work when the lane has come to it. The work never rejects. Throws a `Fault` where there is no room for more. */
  enter(name: string, work: () => Promise<void>): void;
  /** Responses that run or wait. */
  readonly size: () => number;
}

/** `onIdle`: nothing runs or waits any more. */
export function createLanes(onIdle: () => void): Lanes {
  const lanes = new Map<string, Promise<void>>();
  let size = 0;
  return {
    enter(name, work) {
      if (size >= AT_ONCE_MAX) throw new Fault(tooMany);
      const before = lanes.get(name);
      if (before === undefined && lanes.size >= LANES_MAX) throw new Fault(tooManyLanes);
      size += 1;
      const run = async (): Promise<void> => {
        await before;
        await work();
        size -= 1;
        if (size === 0) onIdle();
      };
      lanes.set(name, run());
    },
    size: () => size,
  };
}

const tooMany = {
  code: 'rate_limit_exceeded',
  message: `A connection has at most ${AT_ONCE_MAX} responses that run or wait. Wait for one to end, or open another connection.`,
} as const;

const tooManyLanes = invalid(
  `A connection has at most ${LANES_MAX} lanes. Use one of them again, or open another connection.`,
  'stream_id',
);
