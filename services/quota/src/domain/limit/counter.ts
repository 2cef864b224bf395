/** How much of one window of one limit is used, and how much is set aside for requests under way. */
export interface Counter {
  readonly generation: number;
  readonly startMs: number;
  readonly used: bigint;
  /** The sum of the reservations that have no outcome yet. */
  readonly held: bigint;
}

export function openCounter(generation: number, startMs: number): Counter {
  return { generation, startMs, used: 0n, held: 0n };
}

export function reserve(counter: Counter, amount: bigint): Counter {
  return { ...counter, held: counter.held + amount };
}

/** A reservation's request has used so much; what it did not use is free. */
export function capture(counter: Counter, amount: bigint, used: bigint): Counter {
  return { ...counter, held: counter.held - amount, used: counter.used + used };
}

/** Nothing of a reservation was used. */
export function release(counter: Counter, amount: bigint): Counter {
  return capture(counter, amount, 0n);
}
