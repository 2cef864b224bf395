import { candidateFromEvent } from '#contracts/candidate.ts';
import type { Admission, AdmitRequest, AdmitResponse, QuotaPort } from '#contracts/quota.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { Clock } from '#kernel/clock.ts';
import { unavailable } from './unavailable.ts';

/**
 * Makes admission safe to ask for again, for callers whose first message, or its answer, may have been lost on the bus:
 * the same request while it is being written gets the same answer, and one that is in the log already, from here or from
 * the leader before, gets what the log says of it. A request has one caller and one run, whose id nobody else has.
 */
export function createRepeatableAdmit(dependencies: {
  readonly admit: QuotaPort['admit'];
  readonly journal: Pick<Journal, 'readStream'>;
  readonly clock: Clock;
}): QuotaPort['admit'] {
  const { admit, journal, clock } = dependencies;
  const underWay = new Map<string, Promise<AdmitResponse>>();

  async function admitOnce(request: AdmitRequest): Promise<AdmitResponse> {
    const response = await admit(request);
    const { result } = response;
    if (result.kind === 'admitted' || result.refusal.code !== 'conflict') return response;
    return admittedBefore(request, await journal.readStream(streams.request(request.requestId)), clock());
  }

  return (request) => {
    const { requestId } = request;
    const running = underWay.get(requestId);
    if (running !== undefined) return running;
    const answer = admitOnce(request);
    underWay.set(requestId, answer);
    const settled = (): void => void underWay.delete(requestId);
    answer.then(settled, settled);
    return answer;
  };
}

/** What the log says of an admission; throws a `Fault` where it is not this request's, or not open any more. */
function admittedBefore(
  request: AdmitRequest,
  events: readonly RecordedEvent[],
  nowMs: number,
): AdmitResponse & { readonly result: Admission } {
  const [admitted, ended] = events;
  if (admitted === undefined) throw unavailable('Whether the request is admitted is not known yet.');
  // Written by earlier versions, and read for ever.
  if (admitted.type === 'AdmissionWithdrawn') throw unavailable('The admission could not be written.');
  if (admitted.type !== 'RequestAdmitted') throw taken('Its id is used up.');
  const { data } = admitted;
  if (data.userId !== request.userId || data.keyId !== request.keyId || data.model !== request.model) {
    throw taken('A request with this id was admitted for something else.');
  }
  const isOver = ended !== undefined || Number(data.expiresAtMs) <= nowMs;
  if (isOver) throw taken('The request with this id has ended.');
  const [shadow] = data.shadows;
  const result: Admission = {
    kind: 'admitted',
    durable: null,
    eventId: admitted.eventId,
    candidates: data.candidates.map(candidateFromEvent),
    ...(shadow === undefined ? {} : { shadow: candidateFromEvent(shadow) }),
    holdNanoUsd: BigInt(data.holdNanoUsd),
    outputTokensMax: Math.floor(data.outputTokensBound / request.choices),
    outputTokensBound: data.outputTokensBound,
    multiplierBasisPoints: data.multiplierBasisPoints,
  };
  return { result, windows: [] };
}

function taken(message: string): Fault {
  return new Fault({ code: 'conflict', message: `${message} Send it again under a new request id.` });
}
