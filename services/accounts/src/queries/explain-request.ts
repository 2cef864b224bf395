import { unitNames } from '#ai/units.ts';
import { explainFromStreams, type StoryOfStreams } from '#audit/explain/explain-request.ts';
import { proveEvent } from '#audit/explain/request-proof.ts';
import { parseEvent } from '#audit/parse-event.ts';
import type { AdminOutput } from '#contracts/admin.ts';
import type { EventBodies } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import { GENESIS } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import { timeText } from '#kernel/time-text.ts';
import { multiplierText } from '#money/multiplier.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { formatUsdPerMtok } from '#money/usd-per-mtok.ts';
import type { Registry } from '#registry/registry.ts';

/** Each price is a stream to read. A request has a few candidates; of more, the first are explained. */
const PRICES_MAX = 20;

type Answer = AdminOutput<'explainRequest'>;

/**
 * The story of a request from its own stream and those of its prices: a few reads, however long the log is. What the payer had before,
 * and how limits stood, takes the whole log: `gatewayctl audit explain` tells it.
 */
export async function explainRequest(
  { log, registry }: { readonly log: StoredLog; readonly registry: Pick<Registry, 'get'> },
  requestId: string,
): Promise<Answer> {
  const events = await log.readStoredStream(streams.request(requestId));
  const admitted = admissionIn(events);
  if (admitted === undefined) throw unknownRequest();
  const priceKeys = [...new Set(admitted.candidates.map(({ priceKey }) => priceKey))].slice(0, PRICES_MAX);
  const [prices, proof] = await Promise.all([
    Promise.all(priceKeys.map((priceKey) => log.readStoredStream(streams.price(priceKey)))),
    Promise.all(events.map((event) => proofOf(log, event))),
  ]);
  const story = explainFromStreams([...events, ...prices.flat()], requestId);
  if (story === undefined) throw unknownRequest();
  const { keyId } = story.key;
  const key = registry.get('key', keyId);
  return {
    id: requestId,
    state: story.state,
    ending: story.ending,
    userId: story.userId,
    payerKind: story.payer.kind,
    payerId: story.payer.id,
    keyId,
    keyPrefix: key?.prefix ?? '',
    keyName: key?.name ?? '',
    admission: admissionOf(story.admission, admitted),
    ...(story.usage === null ? {} : { usage: usageOf(story.usage) }),
    ...(story.charge === null ? {} : { charge: chargeOf(story.charge) }),
    ...(story.expiry === null ? {} : { expiry: expiryOf(story.expiry) }),
    proof,
  };
}

function admissionIn([first]: readonly StoredEvent[]): EventBodies['RequestAdmitted'] | undefined {
  const parsed = first && parseEvent(first);
  return parsed?.kind === 'conforms' && parsed.event.type === 'RequestAdmitted' ? parsed.event.data : undefined;
}

/** With the chain before it, as the log has it. */
async function proofOf(log: StoredLog, event: StoredEvent) {
  const [before] = event.position === 1 ? [] : await log.readStored(event.position - 2, 1);
  const proven = proveEvent(event, before?.chain ?? GENESIS);
  const { position, eventId, type, version, recordedAtMs, leaf, previousChain, storedChain } = proven;
  return {
    ...{ eventId, type, version, leaf, previousChain, storedChain },
    position: BigInt(position),
    at: timeText(recordedAtMs),
    isSound: proven.recomputedChain === storedChain,
  };
}

function admissionOf(
  admission: StoryOfStreams['admission'],
  { format, operation }: EventBodies['RequestAdmitted'],
): NonNullable<Answer['admission']> {
  const { routeId, strategy, strategySource, leftOut } = admission.routing;
  return {
    position: BigInt(admission.position),
    at: timeText(admission.admittedAtMs),
    expiresAt: timeText(admission.expiresAtMs),
    model: admission.model,
    format,
    operation,
    stream: admission.stream,
    multiplier: multiplierText(admission.multiplierBasisPoints),
    ...{ routeId, strategy, strategySource, leftOut: leftOut.map((each) => ({ ...each })) },
    bounds: admission.bounds.map((bound) => ({
      ...{ provider: bound.provider, model: bound.model, priceKey: bound.priceKey, priceVersion: bound.priceVersion },
      promptTokens: BigInt(bound.promptTokensBound),
      outputTokens: BigInt(bound.outputTokensBound),
      costUsd: bound.costNanoUsd === null ? '' : formatUsd(bound.costNanoUsd),
      stage: bound.stage,
      standsInFor: bound.standsInFor,
    })),
    holdUsd: formatUsd(admission.holdNanoUsd),
    limits: admission.limits.map(({ limitId, unit, kind, provider, windowStartMs, amount }) => ({
      ...{ limitId, unit, kind, provider },
      windowStartsAt: timeText(windowStartMs),
      amount: unit === 'cost' ? formatUsd(amount) : String(amount),
    })),
  };
}

function usageOf(usage: NonNullable<StoryOfStreams['usage']>): NonNullable<Answer['usage']> {
  const { provider, model, serviceTier, usageFlags, estimated, estimatePolicy, firstByteMs, durationMs } = usage;
  return {
    ...{ provider, model, serviceTier, estimated, estimatePolicy, firstByteMs, durationMs },
    position: BigInt(usage.position),
    at: timeText(usage.recordedAtMs),
    outcome: usage.outcome.replace('OUTCOME_', '').toLowerCase(),
    quantities: unitNames.flatMap((unit) => {
      const quantity = usage.used[unit] ?? 0;
      return quantity > 0 ? [{ unit, quantity: BigInt(quantity) }] : [];
    }),
    flags: [...usageFlags],
    attempts: usage.attempts.map((attempt) => ({
      ...{ provider: attempt.provider, model: attempt.model, account: attempt.account ?? '', status: attempt.status },
      ...{ error: attempt.error, reason: attempt.reason ?? '' },
      firstByteMs: attempt.firstByteMs ?? 0,
      durationMs: attempt.durationMs,
    })),
  };
}

function chargeOf(charge: NonNullable<StoryOfStreams['charge']>): NonNullable<Answer['charge']> {
  const { price, arithmetic } = charge;
  return {
    position: BigInt(charge.position),
    at: timeText(charge.postedAtMs),
    priceKey: price?.priceKey ?? '',
    priceVersion: price?.version ?? 0,
    pricePosition: BigInt(price?.position ?? 0),
    priceSource: price?.source ?? '',
    lines: arithmetic.lines.map(({ unit, quantity, pricePicoUsd, productPicoUsd }) => ({
      unit,
      quantity: BigInt(quantity),
      usdPerMillion: formatUsdPerMtok(pricePicoUsd),
      picoUsd: String(productPicoUsd),
    })),
    exactNanoUsd: arithmetic.exactNanoUsd,
    amountUsd: formatUsd(charge.amountNanoUsd),
    overrunUsd: formatUsd(charge.overrunNanoUsd),
    releasedUsd: formatUsd(charge.releasedNanoUsd),
    recomputes: charge.isRecomputed,
    flags: [...charge.ratingFlags],
    estimated: charge.estimated,
    postings: charge.postings.map(({ account, amountNanoUsd }) => ({
      account,
      amountUsd: formatUsd(BigInt(amountNanoUsd)),
    })),
  };
}

function expiryOf({ position, expiredAtMs, reason, releasedNanoUsd }: NonNullable<StoryOfStreams['expiry']>) {
  return {
    position: BigInt(position),
    at: timeText(expiredAtMs),
    reason,
    releasedUsd: formatUsd(releasedNanoUsd),
  };
}

function unknownRequest(): Fault {
  const message =
    'The log has no request of this id: it was refused, which leaves no event, or the id is not right (it is the x-request-id header of the answer).';
  return new Fault({ code: 'not_found', message, param: 'id' });
}
