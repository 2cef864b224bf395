import type { Bus, BusMessage } from '#bus/connect-bus.ts';
import { journalAppend, journalHead } from '#bus/subjects.ts';
import {
  type AppendAnswer,
  answerToMessage,
  appendFromMessage,
  headToMessage,
} from '#clients/journal/append-message.ts';
import { faultFrom } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { Logger } from '#telemetry/logger.ts';

/**
 * Serves the log's writer on the bus. Silent while this process does not hold the lease, so that the caller tries again
 * and reaches the successor. A stopped writer that has been succeeded cannot write, whatever message it gets.
 */
export function startAppendResponder(options: {
  readonly bus: Bus;
  readonly part: number;
  readonly journal: Pick<Journal, 'append' | 'head'>;
  readonly isLeading: () => boolean;
  readonly logger: Logger;
}): { close(): Promise<void> } {
  const { bus, part, journal, isLeading, logger } = options;
  /** Appends under way, which `head` waits for. */
  const underWay = new Set<Promise<void>>();

  async function append(message: BusMessage): Promise<void> {
    let answer: AppendAnswer;
    try {
      answer = await journal.append(appendFromMessage(message.data));
    } catch (thrown) {
      const { refusal, code } = faultFrom(thrown);
      if (code !== 'unavailable' && code !== 'superseded') logger.error({ err: thrown }, 'an append was refused');
      answer = { kind: 'refused', refusal };
    }
    if (isLeading()) message.respond(answerToMessage(answer));
  }

  async function head(message: BusMessage): Promise<void> {
    await Promise.all(underWay);
    const position = await journal.head();
    if (isLeading()) message.respond(headToMessage(position));
  }

  const responders = [
    bus.respond(journalAppend(part), (message) => {
      if (!isLeading()) return;
      const done: Promise<void> = append(message).finally(() => underWay.delete(done));
      underWay.add(done);
    }),
    bus.respond(journalHead(part), (message) => {
      if (isLeading()) void head(message);
    }),
  ];
  return {
    async close() {
      await Promise.all(responders.map((responder) => responder.close()));
      await Promise.all(underWay);
    },
  };
}
