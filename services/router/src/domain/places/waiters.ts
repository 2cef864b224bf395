/** How many requests of each user wait at a provider. */
export interface Waiters {
  size(): number;
  enter(userId: string): void;
  leave(userId: string): void;
  /**
   * The user with the most, where it would still have as many as the other after it gave way; undefined: nobody gives way. One
   * user alone can therefore not fill a queue for the others.
   */
  whoGivesWayTo(userId: string): string | undefined;
}

export function createWaiters(): Waiters {
  const counts = new Map<string, number>();
  let size = 0;
  return {
    size: () => size,
    enter(userId) {
      counts.set(userId, (counts.get(userId) ?? 0) + 1);
      size += 1;
    },
    leave(userId) {
      const left = (counts.get(userId) ?? 0) - 1;
      if (left > 0) counts.set(userId, left);
      else counts.delete(userId);
      size -= 1;
    },
    whoGivesWayTo(userId) {
      // It is to have no more than the other has left.
      let most = (counts.get(userId) ?? 0) + 1;
      let greedy: string | undefined;
      for (const [other, count] of counts) {
        if (count <= most) continue;
        most = count;
        greedy = other;
      }
      return greedy;
    },
  };
}
