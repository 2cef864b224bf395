import { requestEventId } from '#contracts/request-event-id.ts';
import { shadowVersion, streams } from '#contracts/streams.ts';
import type { Failure } from '#dead-letters/dead-letter.ts';
import { failure } from '#dead-letters/failure-of.ts';
import { Fault } from '#errors/fault.ts';
import { decideShadowCost, type ShadowCost } from '../domain/shadow-cost/decide-shadow-cost.ts';
import type { ShadowOnRecord } from '../domain/shadow-cost/shadow-on-record.ts';
import type { ChargeDependencies } from './charge-request.ts';

/** `ended`: its cost was posted before. `stuck`: no cost can be right until something else changes. */
export type ShadowCostOutcome =
  | { readonly kind: 'posted'; readonly posted: ShadowCost; readonly isRepeat: boolean }
  | { readonly kind: 'ended' }
  | { readonly kind: 'stuck'; readonly failure: Failure };

/**
 * Posts what a copy cost the house. May be called again at any time, even after a crash: the event has the same id, place in
 * the stream and bytes each time, so the log takes it once.
 *
 * Rejects with the log's `Fault` (`unavailable`) if the log cannot be written now.
 */
export async function postShadowCost(shadow: ShadowOnRecord, deps: ChargeDependencies): Promise<ShadowCostOutcome> {
  let decision = decideShadowCost(shadow.data, deps.book.find);
  if (decision.kind === 'price-unknown') {
    await deps.readPrices(decision.priceKey);
    decision = decideShadowCost(shadow.data, deps.book.find);
  }
  if (decision.kind === 'price-unknown') {
    const { priceKey, priceVersion } = decision;
    return stuck('price_missing', `the log has no version ${priceVersion} of price "${priceKey}"`);
  }
  if (decision.kind === 'unratable') return stuck('unratable', decision.reason);
  return appendCost(decision.posted, shadow.eventId, deps.journal);
}

async function appendCost(
  posted: ShadowCost,
  causationId: string,
  journal: ChargeDependencies['journal'],
): Promise<ShadowCostOutcome> {
  const { requestId } = posted;
  const stream = streams.shadow(requestId);
  try {
    const result = await journal.append({
      stream,
      expectedVersion: shadowVersion.recorded,
      events: [{ eventId: requestEventId(requestId, 'shadow-cost-posted'), type: 'ShadowCostPosted', data: posted }],
      correlationId: requestId,
      causationId,
    });
    if (result.kind === 'appended') return { kind: 'posted', posted, isRepeat: result.isRepeat };
  } catch (thrown) {
    // Other bytes have the id: a cost by a version of this code that writes them differently.
    if (!(thrown instanceof Fault && thrown.code === 'conflict')) throw thrown;
  }
  const second = (await journal.readStream(stream))[shadowVersion.costed - 1];
  return second?.type === 'ShadowCostPosted'
    ? { kind: 'ended' }
    : stuck('cost_refused', 'the stream of the copy does not take its cost');
}

function stuck(code: string, message: string): ShadowCostOutcome {
  return { kind: 'stuck', failure: failure(code, message) };
}
