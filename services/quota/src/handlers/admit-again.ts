import type { Admission, AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { isSameAdmission } from '#contracts/same-admission.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Clock } from '#kernel/clock.ts';
import { unavailable, WriteFault } from './admit.ts';

/** Longer than anybody asks again for one admission. */
const FAILED_KEPT_MS = 60_000;

/**
 * Makes admission safe to ask for again, for callers whose first message, or its answer, may have been lost on the bus:
 * the same request while it is being admitted, or written, gets the same answer, and one that is in the log already,
 * from here or from the leader before, gets what the log says of it. A request has one caller and one run, whose id
 * nobody else has.
 *
 * An admission whose write failed is not given out later: this leader closes its hold as soon as it appears. Unless its
 * asker may have been told by the log's writer that it is durable, and runs it: then the log says what became of it.
 */
export function createRepeatableAdmit(dependencies: {
  readonly admit: QuotaPort['admit'];
  readonly journal: Pick<Journal, 'readStream'>;
  readonly clock: Clock;
}): QuotaPort['admit'] {
  const { admit, journal, clock } = dependencies;
  const underWay = new Map<string, Promise<AdmitResponse>>();
  /** When each failed, oldest first. */
  const failedAtMs = new Map<string, number>();

  async function admitOnce(request: AdmitRequest): Promise<AdmitResponse> {
    const { requestId } = request;
    forget();
    if (failedAtMs.has(requestId)) throw unavailable('The admission could not be written.');
    try {
      const response = await admit(request);
      const { result } = response;
      if (result.kind === 'admitted') return { ...response, result: { ...result, durable: settled(request, result) } };
      if (result.refusal.code !== 'conflict') return response;
    } catch (error) {
      if (error instanceof WriteFault) failedAtMs.set(requestId, clock());
      throw error;
    }
    return before(request);
  }

  async function before(request: AdmitRequest): Promise<AdmitResponse & { readonly result: Admission }> {
    return admittedBefore(request, await journal.readStream(streams.request(request.requestId)), clock());
  }

  /** Of an admission that was told before it was durable: how that ended. */
  function settled(request: AdmitRequest, placed: Admission): Promise<void> | null {
    if (placed.durable === null) return null;
    const durable = placed.durable.catch(async (error: unknown) => {
      if (!(error instanceof Fault) || error.code !== 'conflict') {
        if (request.noticeTo === undefined) failedAtMs.set(request.requestId, clock());
        throw error;
      }
      // The log has this request from the leader before: its terms are those that hold.
      const { result } = await before({ ...request, isUnderWay: true });
      if (!isSameAdmission(result, placed)) throw taken('It was admitted on other terms.');
    });
    // Whoever delivers the answer waits for it; until then its failure is nobody's unhandled one.
    durable.catch(() => undefined);
    return durable;
  }

  function forget(): void {
    for (const [requestId, atMs] of failedAtMs) {
      if (clock() - atMs < FAILED_KEPT_MS) return;
      failedAtMs.delete(requestId);
    }
  }

  return (request) => {
    const { requestId } = request;
    const running = underWay.get(requestId);
    if (running !== undefined) return running;
    const answer = admitOnce(request);
    underWay.set(requestId, answer);
    void certainOf(answer).then(() => underWay.delete(requestId));
    return answer;
  };
}

/** Resolves when an answer is certain, be it a no. */
async function certainOf(answer: Promise<AdmitResponse>): Promise<void> {
  try {
    const { result } = await answer;
    if (result.kind === 'admitted') await result.durable;
  } catch {
    // Told to whoever asked.
  }
}

/** What the log says of an admission; throws a `Fault` where it is not this request's, or not open any more. */
function admittedBefore(
  request: AdmitRequest,
  events: readonly RecordedEvent[],
  nowMs: number,
): AdmitResponse & { readonly result: Admission } {
  const [admitted, ended] = events;
  if (admitted === undefined) throw unavailable('Whether the request is admitted is not known yet.');
  if (admitted.type === 'AdmissionWithdrawn') throw unavailable('The admission could not be written.');
  if (admitted.type !== 'RequestAdmitted') throw taken('Its id is used up.');
  const { data } = admitted;
  if (data.userId !== request.userId || data.keyId !== request.keyId || data.model !== request.model) {
    throw taken('A request with this id was admitted for something else.');
  }
  const isOver = ended !== undefined || Number(data.expiresAtMs) <= nowMs;
  const isGivenBack = ended?.type === 'HoldExpired';
  if (isGivenBack || (isOver && request.isUnderWay !== true)) throw taken('The request with this id has ended.');
  const result: Admission = {
    kind: 'admitted',
    durable: null,
    eventId: admitted.eventId,
    candidates: data.candidates,
    holdNanoUsd: BigInt(data.holdNanoUsd),
    outputTokensMax: Math.floor(data.outputTokensBound / request.choices),
    outputTokensBound: data.outputTokensBound,
  };
  return { result, window: null };
}

function taken(message: string): Fault {
  return new Fault({ code: 'conflict', message: `${message} Send it again under a new request id.` });
}
