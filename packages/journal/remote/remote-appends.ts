import type { Bus, BusAnswer } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { journalAppend, journalHead } from '#bus/subjects.ts';
import { Fault } from '#errors/fault.ts';
import { type AppendAnswer, answerFromMessage, appendToMessage } from '../append-message.ts';
import type { AppendRequest, AppendResult } from '../journal.ts';
import type { RecordedEvent } from '../recorded-event.ts';

/**
 * From the first try to giving up. A takeover of the log takes some three seconds; an append that waits for it is better
 * than one that fails.
 */
const BUDGET_MS = 4_000;
/** A commit takes milliseconds. A writer that is silent for this long is dead, or stopped. */
const TRY_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

/** The log's writer, wherever it runs. */
export interface RemoteAppends {
  /** Like `Journal.append`. Repeats itself until it is answered or its budget is used up: appends are idempotent. */
  append(request: AppendRequest): Promise<AppendResult>;
  /**
   * Where the log ends, once everything that was sent to its writer before is written or never will be. Rejects with a
   * `Fault` (`unavailable`).
   */
  head(): Promise<number>;
  /** An append was given up whose fate is not known, and `head` was not asked successfully since. */
  hasUnknown(): boolean;
  /** Events that are in the log: appends whose writer told somebody else of them are answered by this. */
  seen(events: readonly RecordedEvent[]): void;
}

export function createRemoteAppends(bus: Bus, part: number): RemoteAppends {
  const persistence = { tryTimeoutMs: TRY_TIMEOUT_MS, pauseMs: PAUSE_MS };
  const subject = journalAppend(part);
  /** By the id of their last event, the appends that are answered by its being seen. */
  const toBeSeen = new Map<string, (position: number) => void>();
  let unknown = 0;

  /** Tries until there is an answer, or the budget is used up. `first`: the answer of a try that is under way. */
  async function appendAnswered(
    request: AppendRequest,
    first?: Promise<BusAnswer>,
    isSeen: () => boolean = () => false,
  ): Promise<AppendResult> {
    let answer: AppendAnswer | undefined;
    try {
      const { tries } = await persistentRequest(bus, subject, appendToMessage(request), {
        ...persistence,
        first,
        budgetMs: () => (isSeen() ? 0 : BUDGET_MS),
        isPassing({ data }) {
          answer = answerFromMessage(data);
          return answer.kind === 'refused' && answer.refusal.code === 'unavailable';
        },
      });
      if (answer === undefined) throw new Error('an append was answered with nothing');
      if (answer.kind === 'refused') throw new Fault(answer.refusal);
      // A repeat of one's own earlier try is the first anybody hears of it.
      if (answer.kind === 'appended' && tries > 1) return { ...answer, isRepeat: false };
      return answer;
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'unavailable' && !isSeen()) unknown += 1;
      throw thrown;
    }
  }

  /**
   * The writer tells `noticeTo` instead of answering what it has written, so that this is answered by the event's being
   * seen; what it has to say else, it answers. Where neither comes in time it is asked again, and answers.
   *
   * An event that is seen is of this append, for its id is one request's, and whoever leads a service sees what its
   * predecessors wrote before it appends anything.
   */
  async function appendSeen({ noticeTo, ...request }: AppendRequest): Promise<AppendResult> {
    const eventId = request.events.at(-1)?.eventId ?? '';
    const asked = bus.ask(subject, appendToMessage({ ...request, noticeTo }), TRY_TIMEOUT_MS);
    const { promise: seen, resolve } = Promise.withResolvers<AppendResult>();
    let isSeen = false;
    const see = (position: number): void => {
      isSeen = true;
      asked.forget();
      resolve({ kind: 'appended', position, isRepeat: false });
    };
    toBeSeen.set(eventId, see);
    const answered = appendAnswered(request, asked.answer, () => isSeen);
    // Where the event was seen meanwhile, nobody is told of it.
    answered.catch(() => undefined);
    try {
      return await Promise.race([seen, answered]);
    } finally {
      if (toBeSeen.get(eventId) === see) toBeSeen.delete(eventId);
    }
  }

  return {
    append(request) {
      const { noticeTo, ...answered } = request;
      return noticeTo === undefined || !bus.isConnected() ? appendAnswered(answered) : appendSeen(request);
    },
    seen(events) {
      if (toBeSeen.size === 0) return;
      for (const { eventId, position } of events) toBeSeen.get(eventId)?.(position);
    },
    async head() {
      const before = unknown;
      const { message } = await persistentRequest(bus, journalHead(part), '', { ...persistence, budgetMs: BUDGET_MS });
      const position = Number(new TextDecoder().decode(message.data));
      if (!Number.isSafeInteger(position) || position < 0) {
        throw new Fault({ code: 'internal_error', message: 'The answer of the log could not be read.' });
      }
      if (unknown === before) unknown = 0;
      return position;
    },
    hasUnknown: () => unknown > 0,
  };
}
