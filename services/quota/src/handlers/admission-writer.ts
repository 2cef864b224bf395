import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendResult, Journal, NewEvent } from '#journal/journal.ts';
import type { Logger } from '#telemetry/logger.ts';
import {
  type AdmissionEvent,
  type AdmissionOutcome,
  type AdmissionState,
  admissionTransitions,
} from '../domain/admission/admission-states.ts';
import { createPendingAdmissions, type PendingAdmissions } from '../live/pending-admissions.ts';
import { unavailable } from './unavailable.ts';

/** Between two repeats while the log does not answer: of one admission at a time, so that it is no load. */
const REPEAT_PAUSE_MS = 100;

/** Repeats under way at a time once the log answers: a commit's worth, since an outage may leave thousands. */
const REPEAT_BATCH = 256;

/** An admission that was decided, and its event. */
export interface DecidedAdmission {
  readonly requestId: string;
  readonly event: NewEvent<'RequestAdmitted'>;
  readonly traceparent?: string | undefined;
  /** Whether its asker waits for the log to come back; else an append that fails is a no to the asker. */
  readonly isPatient: boolean;
}

/**
 * Brings admissions into the log. An append of unknown fate is repeated under the same event id until the log answers,
 * since appends are idempotent for ever; the money stays pending meanwhile. See domain/admission/SPEC.md.
 */
export interface AdmissionWriter {
  /**
   * Resolves when the event is durable; false: the log has something else in its place. Rejects with a `Fault`
   * (`unavailable`) where the asker is told to wait no longer. The admission is pending already.
   */
  write(admission: DecidedAdmission): Promise<boolean>;
  /** Whoever asked waits no longer: once the admission is in the log, its hold is to be ended. */
  giveUp(requestId: string): void;
  /** The last append failed, and the log has answered none since. */
  isAway(): boolean;
  /** Repeats an append now, and resolves with its end, which shows whether the log is back. */
  probe(): Promise<void>;
  /** The money of those that may turn out to be nobody's: pending, or held until the hold of an orphan is ended. */
  readonly doubtful: Pick<PendingAdmissions, 'nanoUsdOf' | 'requestsOf'>;
  /** Such a hold is over. */
  ended(requestId: string): void;
  /** Repeats nothing from now on; whoever waits is told so. */
  close(): void;
}

interface Entry {
  state: Exclude<AdmissionState, 'absent' | 'durable'>;
  readonly admission: DecidedAdmission;
  readonly answer: PromiseWithResolvers<boolean>;
}

export function createAdmissionWriter(dependencies: {
  readonly journal: Pick<Journal, 'append'>;
  readonly pending: PendingAdmissions;
  readonly logger: Logger;
  /** Whether the fold has taken what is at a position of the log. */
  readonly isFolded: (position: number) => boolean;
  /** The log holds an admission that nobody runs. */
  readonly onOrphan: (requestId: string) => void;
}): AdmissionWriter {
  const { journal, pending, logger, isFolded, onOrphan } = dependencies;
  const entries = new Map<string, Entry>();
  /** Those to be repeated, the one that waits longest first. */
  const unanswered = new Map<string, Entry>();
  const doubtful = createPendingAdmissions();
  let isAway = false;
  let isClosed = false;
  let isRepeating = false;
  let nextAnswer = Promise.withResolvers<void>();
  /** Ends the pause between two repeats. */
  let wake: () => void = () => undefined;

  /** Each outcome that can meet an entry, and what it does. */
  const effects: Readonly<Record<AdmissionOutcome, (entry: Entry, fault?: unknown) => void>> = {
    decide: () => undefined,
    join: () => undefined,
    'ask-log': () => undefined,
    'hand-over': () => undefined,
    ignore: () => undefined,
    admit(entry) {
      forget(entry);
      entry.answer.resolve(true);
    },
    refuse(entry) {
      forget(entry);
      pending.remove(entry.admission.requestId);
      entry.answer.resolve(false);
    },
    free(entry) {
      forget(entry);
      pending.remove(entry.admission.requestId);
    },
    repeat(entry, fault) {
      const { requestId, isPatient } = entry.admission;
      // Once for an outage, which may leave thousands.
      if (unanswered.size === 0)
        logger.warn({ err: fault, requestId }, 'admissions may not be written; they are repeated');
      if (entry.state === 'writing') entry.state = 'in-doubt';
      doubt(requestId);
      unanswered.delete(requestId);
      unanswered.set(requestId, entry);
      if (!isPatient) happen(entry, 'given-up', fault);
    },
    disown(entry, fault) {
      entry.state = 'disowned';
      doubt(entry.admission.requestId);
      entry.answer.reject(fault instanceof Fault ? fault : unavailable('The admission could not be written.', fault));
    },
    orphan(entry) {
      const { requestId } = entry.admission;
      entries.delete(requestId);
      unanswered.delete(requestId);
      onOrphan(requestId);
    },
    drop(entry) {
      forget(entry);
      entry.answer.reject(unavailable('The gateway is stopping.'));
    },
  };

  function happen(entry: Entry, event: AdmissionEvent, fault?: unknown): void {
    effects[admissionTransitions[entry.state][event]](entry, fault);
  }

  function doubt(requestId: string): void {
    const admission = pending.find(requestId);
    if (admission !== undefined && doubtful.find(requestId) === undefined) doubtful.add(admission);
  }

  function forget({ admission: { requestId } }: Entry): void {
    entries.delete(requestId);
    unanswered.delete(requestId);
    doubtful.remove(requestId);
  }

  /** Appends once, and takes what comes of it. Never rejects. */
  async function append(entry: Entry): Promise<void> {
    const { requestId, event, traceparent } = entry.admission;
    let result: AppendResult | undefined;
    let fault: unknown;
    try {
      result = await journal.append({
        stream: streams.request(requestId),
        expectedVersion: 0,
        events: [event],
        correlationId: requestId,
        causationId: '',
        traceparent,
      });
    } catch (thrown) {
      fault = thrown;
    }
    // Dropped meanwhile: its successor decides.
    if (entries.get(requestId) !== entry) return;
    const answer = answerOf(result, fault);
    isAway = answer === 'append-failed' && (isAway || isOutage(fault));
    happen(entry, answer, fault);
    nextAnswer.resolve();
    nextAnswer = Promise.withResolvers();
    // A repeat of what was folded long ago: no event will come to take the money over.
    if (result?.kind === 'appended' && isFolded(result.position)) pending.remove(requestId);
    if (unanswered.size > 0 && !isRepeating && !isClosed) void repeatAll();
  }

  /** Until the log has answered for all: while it does not, the oldest alone; then all others, a batch at a time. */
  async function repeatAll(): Promise<void> {
    isRepeating = true;
    while (unanswered.size > 0 && !isClosed) {
      const [oldest, ...others] = unanswered.values();
      if (oldest !== undefined) await append(oldest);
      for (let from = 0; !isAway && from < others.length; from += REPEAT_BATCH) {
        const batch = others.slice(from, from + REPEAT_BATCH).filter((entry) => isUnanswered(entry));
        await Promise.all(batch.map(append));
      }
      if (unanswered.size > 0 && !isClosed) await pauseBetween();
    }
    isRepeating = false;
  }

  function pauseBetween(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      // A repeat alone is no reason for the process to stay.
      setTimeout(resolve, REPEAT_PAUSE_MS).unref();
    });
  }

  function isUnanswered(entry: Entry): boolean {
    return unanswered.get(entry.admission.requestId) === entry;
  }

  return {
    write(admission) {
      const entry: Entry = { state: 'writing', admission, answer: Promise.withResolvers<boolean>() };
      // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
      entry.answer.promise.catch(() => undefined);
      entries.set(admission.requestId, entry);
      void append(entry);
      return entry.answer.promise;
    },
    giveUp(requestId) {
      const entry = entries.get(requestId);
      if (entry !== undefined) happen(entry, 'given-up');
      // Durable, or absent: then there is no hold to end either.
      else onOrphan(requestId);
    },
    isAway: () => isAway,
    probe() {
      wake();
      return nextAnswer.promise;
    },
    doubtful,
    ended: (requestId) => void doubtful.remove(requestId),
    close() {
      isClosed = true;
      nextAnswer.resolve();
      for (const entry of [...entries.values()]) happen(entry, 'term-over');
    },
  };
}

function answerOf(result: AppendResult | undefined, fault: unknown): AdmissionEvent {
  if (result?.kind === 'appended') return result.isRepeat ? 'append-repeat' : 'append-new';
  if (result?.kind === 'version-conflict') return 'append-conflict';
  return fault instanceof Fault && fault.code === 'conflict' ? 'append-conflict' : 'append-failed';
}

function isOutage(fault: unknown): boolean {
  return !(fault instanceof Fault) || fault.code === 'unavailable';
}
