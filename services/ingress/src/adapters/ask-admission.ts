import { BusFault } from '#bus/bus-fault.ts';
import type { Bus, BusAnswer } from '#bus/connect-bus.ts';
import { persistentRequest } from '#bus/persistent-request.ts';
import { admitRequestToWire, admitResponseFromWire } from '#contracts/admit-wire.ts';
import type { AdmitRequest, AdmitResponse } from '#contracts/quota.ts';

/**
 * From the first try to a 503. A takeover of quota, or of the log behind it, takes some three seconds: a client that
 * waits them out notices nothing. Within the 5 s in which a client is to have its answer.
 */
const BUDGET_MS = 4_500;
/**
 * The same where the request has begun on what was told early, and nobody answers since: a router tries for ten seconds,
 * and for what its last try takes, to record what the request has used. Given up before, the client would be charged for
 * an answer it does not get.
 */
const UNDER_WAY_BUDGET_MS = 15_000;
/** An admission takes milliseconds; one that waits for a takeover of the log is asked for again and told the same. */
const TRY_TIMEOUT_MS = 1_000;
const PAUSE_MS = 50;

const decoder = new TextDecoder();

export interface AskAdmissionOptions {
  readonly bus: Bus;
  readonly subject: string;
  readonly request: AdmitRequest;
  /** The listener whom the log's writer tells what the first try comes to; undefined: quota's answer is waited for. */
  readonly noticeTo: string | undefined;
  /** Gets what quota decided before it is durable, of each try. */
  readonly onEarly: (response: AdmitResponse) => void;
  /** Whether the request has begun on what was told early. */
  readonly isUnderWay: () => boolean;
  /** The first try had no answer in time. */
  readonly onSilence: () => void;
}

/**
 * Asks for admission. `answer`: what quota says in the end, however often it has to be asked; of an admission whose writer
 * tells `noticeTo` it says no more, and is to be forgotten then. It rejects with a `Fault` (`unavailable`) where nobody
 * answers in time.
 */
export function askAdmission(options: AskAdmissionOptions): {
  readonly answer: Promise<AdmitResponse>;
  forget(): void;
} {
  const { bus, subject, request, noticeTo, onSilence } = options;
  if (!bus.isConnected()) return { answer: untilAnswered(options), forget: () => undefined };
  const first = bus.ask(subject, admitRequestToWire({ ...request, noticeTo }), TRY_TIMEOUT_MS, (data) =>
    passOnEarly(options, data),
  );
  first.answer.catch((thrown: unknown) => {
    if (thrown instanceof BusFault && thrown.kind === 'timeout') onSilence();
  });
  return { answer: untilAnswered(options, first.answer), forget: first.forget };
}

/** From the second try on nobody else is told: quota answers when it is certain. */
async function untilAnswered(options: AskAdmissionOptions, first?: Promise<BusAnswer>): Promise<AdmitResponse> {
  const { bus, subject, request, isUnderWay } = options;
  let response: AdmitResponse | undefined;
  await persistentRequest(
    bus,
    subject,
    () => admitRequestToWire(isUnderWay() ? { ...request, isUnderWay: true } : request),
    {
      first,
      // Quota that answers, if only that it cannot now, is there, and is asked for no longer than by any other request.
      budgetMs: () => (isUnderWay() && response === undefined ? UNDER_WAY_BUDGET_MS : BUDGET_MS),
      tryTimeoutMs: TRY_TIMEOUT_MS,
      pauseMs: PAUSE_MS,
      onEarly: (data) => passOnEarly(options, data),
      isPassing({ data }) {
        response = admitResponseFromWire(decoder.decode(data));
        // Another try may better it, as that of a leader about to give way.
        return response.result.kind === 'refused' && response.result.refusal.code === 'unavailable';
      },
    },
  );
  if (response === undefined) throw new Error('an admission was answered with nothing');
  return response;
}

function passOnEarly({ onEarly }: AskAdmissionOptions, data: Uint8Array): void {
  let response: AdmitResponse;
  try {
    response = admitResponseFromWire(decoder.decode(data));
  } catch {
    // Unreadable: the certain answer follows.
    return;
  }
  onEarly(response);
}
