import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendResult, Journal, NewEvent } from '#journal/journal.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { AdmissionEvent } from '../domain/admission/admission-states.ts';
import type { PendingAdmissions } from '../memory/pending-admissions.ts';

/** An admission that was decided, and its event. */
export interface DecidedAdmission {
  readonly requestId: string;
  readonly event: NewEvent<'RequestAdmitted'>;
  readonly traceparent?: string | undefined;
  /** Whether its asker waits for the log to come back; else an append that fails is a no to the asker. */
  readonly isPatient: boolean;
}

/** What an admission's way into the log needs. */
export interface WriterDependencies {
  readonly journal: Pick<Journal, 'append'>;
  readonly pending: PendingAdmissions;
  readonly logger: Logger;
  /** Whether the fold has taken what is at a position of the log. */
  readonly isFolded: (position: number) => boolean;
  /** The log holds an admission that nobody runs. */
  readonly onOrphan: (requestId: string) => void;
}

/** What came of an append. */
export interface AppendOutcome {
  readonly event: AdmissionEvent;
  readonly fault: unknown;
  /** The log cannot be written at all, as far as can be told. */
  readonly isOutage: boolean;
  /** Where the event is; undefined where it is not in the log, or not known to be. */
  readonly position: number | undefined;
}

/** Appends an admission once. Never rejects. */
export async function appendAdmission(
  journal: Pick<Journal, 'append'>,
  { requestId, event, traceparent }: DecidedAdmission,
): Promise<AppendOutcome> {
  try {
    const result = await journal.append({
      stream: streams.request(requestId),
      expectedVersion: 0,
      events: [event],
      correlationId: requestId,
      causationId: '',
      traceparent,
    });
    const position = result.kind === 'appended' ? result.position : undefined;
    return { event: answerOf(result), fault: undefined, isOutage: false, position };
  } catch (fault) {
    const isConflict = fault instanceof Fault && fault.code === 'conflict';
    const isOutage = !(fault instanceof Fault) || fault.code === 'unavailable';
    return { event: isConflict ? 'append-conflict' : 'append-failed', fault, isOutage, position: undefined };
  }
}

function answerOf(result: AppendResult): AdmissionEvent {
  if (result.kind === 'version-conflict') return 'append-conflict';
  return result.isRepeat ? 'append-repeat' : 'append-new';
}
