import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { faultFrom } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import type { HouseLosses } from './house-losses.ts';

/** Between two attempts: a log that is away refuses at once, and a hold lasts for minutes. */
const RETRY_MS = 1_000;

/**
 * Endings that the log could not take while their clients waited. They are brought to it when it is back, so that what
 * was delivered is charged and what was held for the rest is free again, and not only when the hold's time is over.
 * What cannot come on record any more, since the hold has expired meanwhile, stands in this process' log with what was used.
 * Bounded by the requests that were under way when the log went: without it none is admitted.
 */
export interface LateRecords {
  /** Tries until the log has this ending or the request has another, which is at the latest when its hold expires. */
  add(append: AppendRequest): void;
  /** Tries each once more and leaves the rest to the next start, which closes the holds. */
  close(): Promise<void>;
}

export function createLateRecords({
  journal,
  logger,
  losses,
}: {
  readonly journal: Pick<Journal, 'append'>;
  readonly logger: Logger;
  readonly losses: HouseLosses;
}): LateRecords {
  const trying = new Set<Promise<void>>();
  const closing = new AbortController();

  async function bring(append: AppendRequest): Promise<void> {
    const requestId = append.correlationId;
    const ended = append.events.find((event) => event.type === 'UsageRecorded')?.data;
    const usage = ended?.usage;
    const lose = (why: object): void => {
      logger.error({ requestId, usage, ...why }, 'a usage never came on record');
      if (ended !== undefined) losses.add(ended.provider, ended.usage);
    };
    for (let isLast = closing.signal.aborted; ; isLast = closing.signal.aborted) {
      await pause(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      try {
        const result = await journal.append(append);
        if (result.kind === 'appended') logger.info({ requestId }, 'a usage that came late was brought to the log');
        else lose(result);
        return;
      } catch (thrown) {
        const fault = faultFrom(thrown);
        if (fault.code === 'unavailable' && !isLast) continue;
        lose({ err: fault });
        return;
      }
    }
  }

  return {
    add(append) {
      const attempt: Promise<void> = bring(append).finally(() => trying.delete(attempt));
      trying.add(attempt);
    },
    async close() {
      closing.abort();
      await Promise.all(trying);
    },
  };
}
