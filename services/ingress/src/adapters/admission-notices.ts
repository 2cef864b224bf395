import { randomBytes } from 'node:crypto';
import type { Bus } from '#bus/connect-bus.ts';
import { durableNotice } from '#bus/subjects.ts';
import { noticesFromMessage } from '#journal/durable-notice.ts';
import type { Logger } from '#telemetry/logger.ts';

/**
 * Notices kept that nobody expects yet: what a notice is about comes another way, and may come after it. Some of them
 * nobody ever will.
 */
const UNEXPECTED_MAX = 1_000;

/**
 * After so many that did not come, one after the other, no notice is asked for but one in a while, until one comes: each
 * that does not costs its request a second.
 */
const MISSED_MAX = 3;
const TRY_AGAIN_MS = 60_000;

/** What the log's writer tells this process, ahead of whoever appended it. */
export interface AdmissionNotices {
  /** The name it is told by; undefined where no notice is to be asked for, since none come. */
  listener(): string | undefined;
  /** Resolves when the notice comes, or has come; it may be lost, and is to be forgotten when it is needed no more. */
  expect(notice: string): { readonly told: Promise<void>; forget(): void };
  /** A notice did not come that was asked for at that time of the monotonic clock. */
  missed(askedAtMs: number): void;
}

export function listenForNotices(bus: Pick<Bus, 'respond'>, part: number, logger: Logger): AdmissionNotices {
  const name = randomBytes(12).toString('hex');
  const expected = new Map<string, () => void>();
  /** Oldest first. */
  const unexpected = new Set<string>();
  let missedInARow = 0;
  let lastMissedAtMs = 0;
  /** None come: when the next one is asked for. */
  let nextTryAtMs: number | undefined;

  bus.respond(durableNotice(part, name), ({ data }) => {
    missedInARow = 0;
    nextTryAtMs = undefined;
    for (const notice of noticesFromMessage(data)) {
      const resolve = expected.get(notice);
      if (resolve === undefined) keep(notice);
      else resolve();
    }
  });

  function keep(notice: string): void {
    unexpected.add(notice);
    if (unexpected.size <= UNEXPECTED_MAX) return;
    for (const oldest of unexpected) {
      unexpected.delete(oldest);
      return;
    }
  }

  return {
    listener() {
      if (nextTryAtMs === undefined) return name;
      const nowMs = performance.now();
      if (nowMs < nextTryAtMs) return undefined;
      nextTryAtMs = nowMs + TRY_AGAIN_MS;
      return name;
    },
    expect(notice) {
      const { promise: told, resolve } = Promise.withResolvers<void>();
      if (unexpected.delete(notice)) resolve();
      else expected.set(notice, resolve);
      return { told, forget: () => void expected.delete(notice) };
    },
    missed(askedAtMs) {
      // Those that were under way together are one: a stall of a second meets them all.
      if (nextTryAtMs !== undefined || askedAtMs < lastMissedAtMs) return;
      lastMissedAtMs = performance.now();
      missedInARow += 1;
      if (missedInARow < MISSED_MAX) return;
      nextTryAtMs = lastMissedAtMs + TRY_AGAIN_MS;
      const subject = durableNotice(part, name);
      logger.warn({ subject }, "the log's word of admissions does not come; quota's is waited for");
    },
  };
}
