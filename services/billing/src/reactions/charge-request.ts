import { requestEventId } from '#contracts/request-event-id.ts';
import { requestVersion, streams } from '#contracts/streams.ts';
import type { Failure } from '#dead-letters/dead-letter.ts';
import { failure } from '#dead-letters/failure-of.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { PriceBook } from '#money/price-book.ts';
import { type Admission, type Charge, decideCharge } from '../domain/charge/decide-charge.ts';
import type { ChargeableRequest } from '../domain/open-request/open-requests.ts';

export interface ChargeDependencies {
  readonly journal: Pick<Journal, 'append' | 'readStream'>;
  readonly book: PriceBook;
  /** Reads every version of a price from the log into the book. */
  readonly readPrices: (priceKey: string) => Promise<void>;
}

/** `ended`: the request was charged before. `stuck`: no charge can be right until something else changes. */
export type ChargeOutcome =
  | { readonly kind: 'charged'; readonly charge: Charge; readonly isRepeat: boolean }
  | { readonly kind: 'ended' }
  | { readonly kind: 'stuck'; readonly failure: Failure };

/**
 * Posts the charge of a request whose usage is on record. May be called again at any time, even after a crash: the
 * charge has the same id, place in the stream and bytes each time, so the log takes it once.
 *
 * Rejects with the log's `Fault` (`unavailable`) if the log cannot be written now.
 */
export async function chargeRequest(request: ChargeableRequest, deps: ChargeDependencies): Promise<ChargeOutcome> {
  const { requestId, usage } = request;
  const admission = request.admission ?? (await readAdmission(requestId, deps.journal));
  if (admission === 'ended') return { kind: 'ended' };
  if (admission === undefined) return stuck('admission_missing', 'the log has no admission of the request');

  const readKeys = new Set<string>();
  const { data, recordedAtMs: postedAtMs } = usage;
  const command = { admission, usage: data, findPrice: deps.book.find, readKeys, postedAtMs };
  let decision = decideCharge(command);
  // That of the answer, and those of attempts that failed.
  while (decision.kind === 'price-unknown' && !readKeys.has(decision.priceKey)) {
    const { priceKey } = decision;
    await deps.readPrices(priceKey);
    readKeys.add(priceKey);
    decision = decideCharge(command);
  }
  if (decision.kind === 'price-unknown') {
    return stuck('price_missing', `the log has no version ${decision.priceVersion} of price "${decision.priceKey}"`);
  }
  if (decision.kind === 'unratable') return stuck('unratable', decision.reason);
  return appendCharge(decision.charge, usage, deps.journal);
}

async function appendCharge(
  charge: Charge,
  { eventId: causationId, traceparent }: ChargeableRequest['usage'],
  journal: ChargeDependencies['journal'],
): Promise<ChargeOutcome> {
  const { requestId } = charge;
  try {
    const result = await journal.append({
      stream: streams.request(requestId),
      expectedVersion: requestVersion.ended,
      events: [{ eventId: requestEventId(requestId, 'charge-posted'), type: 'ChargePosted', data: charge }],
      correlationId: requestId,
      causationId,
      traceparent,
    });
    if (result.kind === 'appended') return { kind: 'charged', charge, isRepeat: result.isRepeat };
  } catch (thrown) {
    // Other bytes have the id: a charge by a version of this code that writes them differently.
    if (!(thrown instanceof Fault && thrown.code === 'conflict')) throw thrown;
  }
  return (await readAdmission(requestId, journal)) === 'ended'
    ? { kind: 'ended' }
    : stuck('charge_refused', 'the request’s stream does not take its charge');
}

function stuck(code: string, message: string): ChargeOutcome {
  return { kind: 'stuck', failure: failure(code, message) };
}

/** The request's admission from the log; `ended` if the request is charged or expired. */
async function readAdmission(
  requestId: string,
  journal: ChargeDependencies['journal'],
): Promise<Admission | 'ended' | undefined> {
  let admission: Admission | undefined;
  for (const event of await journal.readStream(streams.request(requestId))) {
    if (event.type === 'ChargePosted' || event.type === 'HoldExpired') return 'ended';
    if (event.type === 'RequestAdmitted') admission = event.data;
  }
  return admission;
}
