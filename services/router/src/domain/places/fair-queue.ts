/** As requests have it: those of `high` are served more often, and none waits for ever. */
export type Priority = 'high' | 'normal' | 'low';

/** One that waits in a queue. */
export interface Ticket<T> {
  readonly userId: string;
  readonly priority: Priority;
  readonly item: T;
}

/**
 * A queue that is fair between users: within a priority each user has a line of their own, and the lines take turns. Between
 * priorities, 8 of `high` are served to 4 of `normal` and 1 of `low`, where all have some that wait.
 */
export interface FairQueue<T> {
  readonly size: () => number;
  push(ticket: Ticket<T>): void;
  /** Takes out the next. */
  shift(): Ticket<T> | undefined;
  /** Takes out this one. `false`: it is not there. */
  remove(ticket: Ticket<T>): boolean;
  /** Takes out a user's newest, of the least urgent that they have. */
  dropNewest(userId: string): Ticket<T> | undefined;
}

/** A turn of a priority moves it on by this much; the one that is least far on is next. Reciprocals of 8, 4 and 1. */
const strides: Readonly<Record<Priority, number>> = { high: 1, normal: 2, low: 8 };
const priorities: readonly Priority[] = ['high', 'normal', 'low'];

interface Class<T> {
  /** How far on it is. */
  pass: number;
  /** Users in the order of their turns, each with a line in the order of arrival. */
  readonly lines: Map<string, Set<Ticket<T>>>;
}

export function createFairQueue<T>(): FairQueue<T> {
  const classes: Readonly<Record<Priority, Class<T>>> = {
    high: { pass: 0, lines: new Map() },
    normal: { pass: 0, lines: new Map() },
    low: { pass: 0, lines: new Map() },
  };
  let size = 0;
  /** How far on the priority is that was served last. */
  let passed = 0;

  function next(): Priority | undefined {
    let best: Priority | undefined;
    for (const priority of priorities) {
      const { lines, pass } = classes[priority];
      if (lines.size > 0 && (best === undefined || pass < classes[best].pass)) best = priority;
    }
    return best;
  }

  function remove(ticket: Ticket<T>): boolean {
    const { lines } = classes[ticket.priority];
    const line = lines.get(ticket.userId);
    if (line === undefined || !line.delete(ticket)) return false;
    if (line.size === 0) lines.delete(ticket.userId);
    size -= 1;
    return true;
  }

  return {
    size: () => size,
    push(ticket) {
      const own = classes[ticket.priority];
      // Turns that it had no use for are not saved up.
      if (own.lines.size === 0) own.pass = Math.max(own.pass, passed);
      const line = own.lines.get(ticket.userId);
      if (line === undefined) own.lines.set(ticket.userId, new Set([ticket]));
      else line.add(ticket);
      size += 1;
    },
    shift() {
      const priority = next();
      if (priority === undefined) return undefined;
      const own = classes[priority];
      passed = own.pass;
      own.pass += strides[priority];
      for (const [userId, line] of own.lines) {
        own.lines.delete(userId);
        for (const ticket of line) {
          line.delete(ticket);
          size -= 1;
          // The user's next turn comes after the others'.
          if (line.size > 0) own.lines.set(userId, line);
          return ticket;
        }
      }
      return undefined;
    },
    remove,
    dropNewest(userId) {
      for (const priority of priorities.toReversed()) {
        const newest = [...(classes[priority].lines.get(userId) ?? [])].at(-1);
        if (newest === undefined) continue;
        remove(newest);
        return newest;
      }
      return undefined;
    },
  };
}
