import {
  type AdmissionEvent,
  type AdmissionOutcome,
  type AdmissionState,
  admissionTransitions,
} from '../domain/admission/admission-states.ts';
import { createPendingAdmissions, type PendingAdmissions } from '../memory/pending-admissions.ts';
import {
  type AppendOutcome,
  appendAdmission,
  type DecidedAdmission,
  type WriterDependencies,
} from './append-admission.ts';
import { asUnavailable, unavailable } from './unavailable.ts';

/** Between two repeats while the log does not answer: of one admission at a time, so that it is no load. */
const REPEAT_PAUSE_MS = 100;

/** Repeats under way at a time once the log answers: a commit's worth, since an outage may leave thousands. */
const REPEAT_BATCH = 256;

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
  /** What was set aside for those that may turn out to be nobody's: pending, or held until an orphan's hold is ended. */
  readonly doubtful: PendingAdmissions;
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

/** What a writer knows. */
interface Writing {
  readonly dependencies: WriterDependencies;
  readonly entries: Map<string, Entry>;
  /** Those to be repeated, the one that waits longest first. */
  readonly unanswered: Map<string, Entry>;
  readonly doubtful: PendingAdmissions;
  isAway: boolean;
  isClosed: boolean;
  isRepeating: boolean;
  nextAnswer: PromiseWithResolvers<void>;
  /** Ends the pause between two repeats. */
  wake: () => void;
}

export function createAdmissionWriter(dependencies: WriterDependencies): AdmissionWriter {
  const writing: Writing = {
    dependencies,
    entries: new Map(),
    unanswered: new Map(),
    doubtful: createPendingAdmissions(),
    isAway: false,
    isClosed: false,
    isRepeating: false,
    nextAnswer: Promise.withResolvers(),
    wake: () => undefined,
  };
  const { entries, doubtful } = writing;
  return {
    write(admission) {
      const entry: Entry = { state: 'writing', admission, answer: Promise.withResolvers<boolean>() };
      // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
      entry.answer.promise.catch(() => undefined);
      entries.set(admission.requestId, entry);
      void append(writing, entry);
      return entry.answer.promise;
    },
    giveUp(requestId) {
      const entry = entries.get(requestId);
      if (entry !== undefined) happen(writing, entry, 'given-up');
      // Durable, or absent: then there is no hold to end either.
      else dependencies.onOrphan(requestId);
    },
    isAway: () => writing.isAway,
    probe() {
      writing.wake();
      return writing.nextAnswer.promise;
    },
    doubtful,
    ended: (requestId) => void doubtful.remove(requestId),
    close() {
      writing.isClosed = true;
      writing.nextAnswer.resolve();
      for (const entry of [...entries.values()]) happen(writing, entry, 'term-over');
    },
  };
}

type Effect = (writing: Writing, entry: Entry, fault?: unknown) => void;

const nothing: Effect = () => undefined;

/** Each outcome that can meet an entry, and what it does. */
const effects: Readonly<Record<AdmissionOutcome, Effect>> = {
  decide: nothing,
  join: nothing,
  'ask-log': nothing,
  'hand-over': nothing,
  ignore: nothing,
  admit(writing, entry) {
    forget(writing, entry);
    entry.answer.resolve(true);
  },
  refuse(writing, entry) {
    free(writing, entry);
    entry.answer.resolve(false);
  },
  free,
  repeat(writing, entry, fault) {
    const { unanswered, dependencies } = writing;
    const { requestId, isPatient } = entry.admission;
    // Once for an outage, which may leave thousands.
    if (unanswered.size === 0)
      dependencies.logger.warn({ err: fault, requestId }, 'admissions may not be written; they are repeated');
    if (entry.state === 'writing') entry.state = 'in-doubt';
    doubt(writing, requestId);
    unanswered.delete(requestId);
    unanswered.set(requestId, entry);
    if (!isPatient) happen(writing, entry, 'given-up', fault);
  },
  disown(writing, entry, fault) {
    entry.state = 'disowned';
    doubt(writing, entry.admission.requestId);
    entry.answer.reject(asUnavailable(fault, 'The admission could not be written.'));
  },
  orphan({ entries, unanswered, dependencies }, entry) {
    const { requestId } = entry.admission;
    entries.delete(requestId);
    unanswered.delete(requestId);
    dependencies.onOrphan(requestId);
  },
  drop(writing, entry) {
    forget(writing, entry);
    entry.answer.reject(unavailable('The gateway is stopping.'));
  },
};

function happen(writing: Writing, entry: Entry, event: AdmissionEvent, fault?: unknown): void {
  effects[admissionTransitions[entry.state][event]](writing, entry, fault);
}

function doubt({ doubtful, dependencies }: Writing, requestId: string): void {
  const admission = dependencies.pending.find(requestId);
  if (admission !== undefined && doubtful.find(requestId) === undefined) doubtful.add(admission);
}

function forget({ entries, unanswered, doubtful }: Writing, { admission: { requestId } }: Entry): void {
  entries.delete(requestId);
  unanswered.delete(requestId);
  doubtful.remove(requestId);
}

function free(writing: Writing, entry: Entry): void {
  forget(writing, entry);
  writing.dependencies.pending.remove(entry.admission.requestId);
}

/** Appends once, and takes what comes of it. Never rejects. */
async function append(writing: Writing, entry: Entry): Promise<void> {
  const { dependencies, entries } = writing;
  const { requestId } = entry.admission;
  const outcome = await appendAdmission(dependencies.journal, entry.admission);
  // Dropped meanwhile: its successor decides.
  if (entries.get(requestId) === entry) settle(writing, entry, outcome);
}

function settle(writing: Writing, entry: Entry, { event, fault, isOutage, position }: AppendOutcome): void {
  const { dependencies, unanswered } = writing;
  writing.isAway = event === 'append-failed' && (writing.isAway || isOutage);
  happen(writing, entry, event, fault);
  writing.nextAnswer.resolve();
  writing.nextAnswer = Promise.withResolvers();
  // A repeat of what was folded long ago: no event will come to take the money over.
  if (position !== undefined && dependencies.isFolded(position)) {
    dependencies.pending.remove(entry.admission.requestId);
  }
  if (unanswered.size > 0 && !writing.isRepeating && !writing.isClosed) void repeatAll(writing);
}

/** Until the log has answered for all: while it does not, the oldest alone; then all others, a batch at a time. */
async function repeatAll(writing: Writing): Promise<void> {
  const { unanswered } = writing;
  writing.isRepeating = true;
  while (unanswered.size > 0 && !writing.isClosed) {
    const [oldest, ...others] = unanswered.values();
    if (oldest !== undefined) await append(writing, oldest);
    for (let from = 0; !writing.isAway && from < others.length; from += REPEAT_BATCH) {
      const batch = others.slice(from, from + REPEAT_BATCH).filter((entry) => isUnanswered(writing, entry));
      await Promise.all(batch.map((entry) => append(writing, entry)));
    }
    if (unanswered.size > 0 && !writing.isClosed) await pauseBetween(writing);
  }
  writing.isRepeating = false;
}

function pauseBetween(writing: Writing): Promise<void> {
  return new Promise((resolve) => {
    writing.wake = resolve;
    // A repeat alone is no reason for the process to stay.
    setTimeout(resolve, REPEAT_PAUSE_MS).unref();
  });
}

function isUnanswered({ unanswered }: Writing, entry: Entry): boolean {
  return unanswered.get(entry.admission.requestId) === entry;
}
