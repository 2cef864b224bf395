import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { faultFrom } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { usageFromEvent } from '#money/quantities.ts';
import type { HouseLosses } from './house-losses.ts';

/** The pause between two attempts. A log that is away refuses at once, and a hold lasts for minutes. */
const RETRY_MS = 1_000;

/**
 * Endings that the log could not take while their clients waited. When the log is back, they are recorded, so that
 * delivered text is charged and the rest of the hold is free before the hold's time is over. If the hold has expired
 * meanwhile, the ending cannot be recorded any more, and this process logs it with its usage. The requests under way
 * when the log went away bound their number: without the log, no request is admitted.
 */
export interface LateRecords {
  /** Tries until the log has this ending or another one of the request, at the latest when its hold expires. */
  add(append: AppendRequest): void;
  /** Tries each once more. The next start closes the holds of the rest. */
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
    const usage = ended && usageFromEvent(ended.quantities);
    const lose = (why: object): void => {
      logger.error({ requestId, usage, ...why }, 'a usage never came on record');
      if (usage !== undefined) losses.add(ended?.provider ?? '', usage);
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
