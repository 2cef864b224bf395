import type { Bus } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { journalAppend, journalHead } from '#bus/subjects.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import { type AppendAnswer, answerFromMessage, appendToMessage, headFromMessage } from './append-message.ts';

/**
 * The time from the first try to giving up. A takeover of the log takes some three seconds, and waiting for it is
 * better than failing.
 */
const BUDGET_MS = 4_000;
/** A commit takes milliseconds. A writer that is silent for this long is dead or stopped. */
const TRY_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

/** The log's writer, in whichever process it runs. */
export interface RemoteAppends {
  /** Like `Journal.append`. Repeats itself until it is answered or its budget is used up: appends are idempotent. */
  append(request: AppendRequest): Promise<AppendResult>;
  /**
   * The log's head, once everything sent to the writer earlier is written or never will be. Rejects with a `Fault`
   * (`unavailable`).
   */
  head(): Promise<number>;
  /** An append of unknown fate was given up, and `head` has not succeeded since. */
  hasUnknown(): boolean;
}

export function createRemoteAppends(bus: Pick<Bus, 'request'>, part: number): RemoteAppends {
  const persistence = { tryTimeoutMs: TRY_TIMEOUT_MS, pauseMs: PAUSE_MS };
  const subject = journalAppend(part);
  let unknown = 0;

  async function append(request: AppendRequest): Promise<AppendResult> {
    let answer: AppendAnswer | undefined;
    try {
      const { tries } = await persistentRequest(bus, subject, appendToMessage(request), {
        ...persistence,
        budgetMs: BUDGET_MS,
        isPassing({ data }) {
          answer = answerFromMessage(data);
          return answer.kind === 'refused' && answer.refusal.code === 'unavailable';
        },
      });
      if (answer === undefined) throw new Error('an append was answered with nothing');
      if (answer.kind === 'refused') throw new Fault(answer.refusal);
      // If only an earlier try of this same call wrote the events, the caller has not heard of it, so this is no
      // repeat.
      if (answer.kind === 'appended' && tries > 1) return { ...answer, isRepeat: false };
      return answer;
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'unavailable') unknown += 1;
      throw thrown;
    }
  }

  return {
    append,
    async head() {
      const before = unknown;
      const { message } = await persistentRequest(bus, journalHead(part), '', { ...persistence, budgetMs: BUDGET_MS });
      const position = headFromMessage(message.data);
      if (unknown === before) unknown = 0;
      return position;
    },
    hasUnknown: () => unknown > 0,
  };
}
