import type { Bus } from '#bus/connect-bus.ts';
import { durableNotice } from '#bus/subjects.ts';
import { noticesToMessage } from '#journal/durable-notice.ts';

/** Tells listeners on the bus of what is durable: all of one commit together. */
export interface DurableNotices {
  add(listener: string, notice: string): void;
}

export function createDurableNotices(bus: Pick<Bus, 'tell'>, part: number): DurableNotices {
  const waiting = new Map<string, string[]>();

  function send(): void {
    for (const [listener, notices] of waiting) bus.tell(durableNotice(part, listener), noticesToMessage(notices));
    waiting.clear();
  }

  return {
    add(listener, notice) {
      // A commit's appends are all answered in one turn; this comes after them.
      if (waiting.size === 0) process.nextTick(send);
      const notices = waiting.get(listener);
      if (notices === undefined) waiting.set(listener, [notice]);
      else notices.push(notice);
    },
  };
}
