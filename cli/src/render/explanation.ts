import { isUnit, unitNames, units } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import type {
  ExplainedAdmission,
  ExplainedCharge,
  ExplainedExpiry,
  ExplainedProof,
  ExplainedReservation,
  ExplainedUsage,
  Explanation,
} from '#audit/explain/explanation.ts';
import type { HoldBound } from '#audit/explain/hold-arithmetic.ts';
import { factor, moneyLine, time, usd, usdPerMillion } from './amounts.ts';
import { attemptLines, houseCostText, likelyText, routingLines } from './routing-text.ts';
import { table } from './table.ts';

/** The story of a request for someone who knows money and not the gateway. */
export function explanationText(story: Explanation): string {
  const { key, admission } = story;
  const prefix = key.prefix === '' ? 'not in the log' : `${key.prefix}…`;
  const revoked = key.revokedAtMs === null ? '' : `, revoked ${time(key.revokedAtMs)}`;
  const sections = [
    `Request ${story.requestId}: ${ENDINGS[story.ending]}${chargedText(story)}`,
    table([
      ['User', story.userId],
      ...(story.payer.kind === 'user' ? [] : [['Paid by', `${story.payer.kind} ${story.payer.id}`]]),
      [
        'Key',
        key.keyId === ''
          ? 'none: the token of an identity provider'
          : `${prefix} "${key.name}" (${key.keyId}${revoked})`,
      ],
      ['Asked for', `${admission.model}${admission.stream ? ', as a stream' : ''}`],
    ]),
    admissionText(admission),
    ...(story.usage === null ? [] : [usageText(story.usage, story.charge)]),
    ...(story.charge === null ? [] : [chargeText(story.charge)]),
    ...(story.expiry === null ? [] : [expiryText(story.expiry)]),
    proofText(story.proof),
  ];
  return sections.join('\n\n');
}

const ENDINGS: Readonly<Record<Explanation['ending'], string>> = {
  running: 'admitted, no end on record yet',
  answered: 'answered',
  not_answered: 'not answered',
  cut: 'broken off before its end',
  client_gone: 'left by its client before its end',
  expired: 'never answered, its hold given back',
};

function chargedText({ usage, charge }: Explanation): string {
  if (usage === null) return '';
  if (charge === null) return ', its charge not on record yet';
  return charge.amountNanoUsd === 0n ? ', nothing charged' : ' and charged';
}

function admissionText(admission: ExplainedAdmission): string {
  const { before, holdNanoUsd, multiplierBasisPoints } = admission;
  return [
    `ADMITTED ${time(admission.admittedAtMs)} (position ${admission.position})`,
    `  Before: ${moneyLine(before)}`,
    `  The most it could cost, each token at the dearest price of its side, times ${factor(multiplierBasisPoints)}, rounded up:`,
    ...admission.bounds.map((bound) => `    ${boundText(bound)}`),
    ...routingLines(admission.routing).map((line) => `  ${line}`),
    `  Hold: ${usd(holdNanoUsd)}, ${coverText(admission)}; to be closed by ${time(admission.expiresAtMs)}`,
    `  After:  ${moneyLine(admission.after)}`,
    ...admission.limits.map((limit) => `  Limit ${limitText(limit)}`),
  ].join('\n');
}

function limitText(limit: ExplainedReservation): string {
  const { limitId, unit, kind, provider, amount, usedBefore, heldBefore } = limit;
  const quantity = (value: bigint): string => (unit === 'cost' ? usd(value) : String(value));
  const where = provider === '' ? '' : ` if ${provider} answers`;
  const counted = unit === 'cost' ? 'of cost' : unit.replace('_', ' ');
  return `${limitId} (${kind}): ${quantity(amount)} ${counted} set aside${where}, after ${quantity(usedBefore)} used and ${quantity(heldBefore)} held`;
}

/** Why it was admitted; or, in a log that was tampered with, that it should not have been. */
function coverText({ before, holdNanoUsd, bounds }: ExplainedAdmission): string {
  const available = usd(before.availableNanoUsd);
  const isCovered = holdNanoUsd <= before.availableNanoUsd;
  const isDearest = bounds.some(({ costNanoUsd }) => costNanoUsd === holdNanoUsd);
  const origin = isDearest ? 'the dearest of these' : 'NOT ONE OF THESE';
  return `${origin}, ${isCovered ? `covered by the available ${available}` : `NOT COVERED by the available ${available}`}`;
}

function boundText(bound: HoldBound): string {
  const cost = bound.costNanoUsd === null ? 'its price is not in the log' : usd(bound.costNanoUsd);
  const tokens = `${bound.promptTokensBound} prompt and ${bound.outputTokensBound} output tokens`;
  return `${bound.provider}/${bound.model}: ${tokens} by ${bound.priceKey} version ${bound.priceVersion} = ${cost}${likelyText(bound.likelyCostNanoUsd)}${stageText(bound)}`;
}

/** Of a candidate that takes another one's place, when. */
function stageText({ stage, standsInFor }: HoldBound): string {
  if (stage === 0) return '';
  const when = standsInFor === '' ? 'where those before have failed' : `for ${standsInFor.replace('_', ' ')} alone`;
  return `, in stage ${stage} ${when}`;
}

function usageText(usage: ExplainedUsage, charge: ExplainedCharge | null): string {
  const answered = usage.provider === '' ? 'nobody answered' : `${usage.provider}/${usage.model} answered`;
  const source = usage.estimated ? `estimated (${usage.estimatePolicy})` : 'as the provider reported it';
  const losses = usage.houseLosses.map(
    (loss) =>
      `    the house pays for attempt ${loss.attempt + 1}: ${usedText(loss.used)}${loss.estimated ? ' (estimated)' : ''}${houseCostText(charge, loss.attempt)}`,
  );
  return [
    `USED ${time(usage.recordedAtMs)} (position ${usage.position})`,
    `  ${answered}; ${OUTCOMES[usage.outcome] ?? usage.outcome}; first byte after ${usage.firstByteMs} ms, end after ${usage.durationMs} ms`,
    ...attemptLines(usage).map((line) => `    ${line}`),
    ...losses,
    `  Used, ${source}: ${usedText(usage.used)}${servedText(usage)}`,
    ...(usage.usageFlags.length === 0 ? [] : [`  Not believed as reported: ${usage.usageFlags.join(', ')}`]),
  ].join('\n');
}

function usedText(used: Usage): string {
  const counts = unitNames.flatMap((unit) => {
    const quantity = used[unit] ?? 0;
    return quantity > 0 ? [`${unit} ${quantity}`] : [];
  });
  return counts.join(', ') || 'nothing';
}

function servedText({ serviceTier }: ExplainedUsage): string {
  return serviceTier === '' ? '' : `; served in the tier ${serviceTier}`;
}

/** Tokens by that name; what is counted one by one by its own. */
function countText(unit: string, quantity: number): string {
  const noun = isUnit(unit) && units[unit].side === 'count' ? units[unit].noun : 'token';
  return `${quantity} ${noun}s`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  OUTCOME_COMPLETED: 'the answer came to its end',
  OUTCOME_FAILED: 'no attempt gave an answer',
  OUTCOME_CUT: 'the answer broke off before its end',
  OUTCOME_CLIENT_GONE: 'the client went away before the end',
};

function chargeText(charge: ExplainedCharge): string {
  const { arithmetic, amountNanoUsd, overrunNanoUsd } = charge;
  const total = usd(arithmetic.roundedNanoUsd);
  return [
    `CHARGED ${time(charge.postedAtMs)} (position ${charge.position})`,
    `  Price: ${priceText(charge)}`,
    ...indented(
      table(
        arithmetic.lines.map((line) => [
          line.unit,
          countText(line.unit, line.quantity),
          `x ${usdPerMillion(line.pricePicoUsd)} USD per million`,
          `= ${line.productPicoUsd} pico-USD`,
        ]),
      ),
    ),
    `    sum ${arithmetic.sumPicoUsd} pico-USD, times ${factor(arithmetic.multiplierBasisPoints)} = ${arithmetic.exactNanoUsd} nano-USD`,
    `    rounded once, to the nearest nano-USD: ${arithmetic.roundedNanoUsd} nano-USD = ${total}`,
    ...charge.ratingFlags.map((flag) => `  The price does not say it: ${flag}`),
    charge.isRecomputed
      ? '  Worked out anew from the usage and the price in the log: the same.'
      : '  WORKED OUT ANEW FROM THE USAGE AND THE PRICE IN THE LOG: NOT THE SAME. Run "gatewayctl audit verify".',
    `  The user pays ${usd(amountNanoUsd)}; ${usd(charge.releasedNanoUsd)} of the hold went back to the balance`,
    ...(overrunNanoUsd === 0n ? [] : [`  Above the hold, and so the house's: ${usd(overrunNanoUsd)}`]),
    ...(charge.postings.length === 0 ? [] : ['  Ledger entry, which sums to 0:']),
    ...indented(table(charge.postings.map((line) => [line.account, usd(BigInt(line.amountNanoUsd))]))),
    `  Before: ${moneyLine(charge.before)}`,
    `  After:  ${moneyLine(charge.after)}`,
  ].join('\n');
}

function priceText({ price }: ExplainedCharge): string {
  if (price === null) return 'none, nothing was used that has one';
  const tier = price.serviceTier === '' ? '' : `, tier ${price.serviceTier}`;
  const band = price.abovePromptTokens === null ? '' : `, band above ${price.abovePromptTokens} prompt tokens`;
  const published = `published ${time(price.publishedAtMs)} (position ${price.position})`;
  return `${price.priceKey} version ${price.version}${tier}${band}, pinned at admission; from ${price.source}, ${published}`;
}

function expiryText(expiry: ExplainedExpiry): string {
  const why = expiry.reason === 'orphaned' ? 'the process that ran it was gone' : 'its time was over';
  return [
    `EXPIRED ${time(expiry.expiredAtMs)} (position ${expiry.position})`,
    `  No usage came on record and ${why} (${expiry.reason}): nothing is charged, ${usd(expiry.releasedNanoUsd)} went back`,
    `  After:  ${moneyLine(expiry.after)}`,
  ].join('\n');
}

function proofText(proof: ExplainedProof): string {
  const verdict =
    proof.firstBreakAt === null
      ? `The chain was recomputed from position 1 to ${proof.recomputedUpTo}: every hash is the stored one.`
      : `THE CHAIN BREAKS AT POSITION ${proof.firstBreakAt}: the log was changed. Run "gatewayctl audit verify".`;
  const lines = [
    'PROOF  chain = SHA-256(02, chain before, leaf); leaf = SHA-256(00, the length and bytes of each field)',
  ];
  for (const event of proof.events) {
    lines.push(
      `  position ${event.position}  ${event.type}  event ${event.eventId}`,
      `    leaf          ${event.leaf}`,
      `    chain before  ${event.previousChain}`,
      `    chain         ${event.recomputedChain}  ${event.recomputedChain === event.storedChain ? 'as stored' : `STORED IS ${event.storedChain}`}`,
    );
  }
  return [...lines, `  ${verdict}`].join('\n');
}

function indented(text: string): string[] {
  return text === '' ? [] : text.split('\n').map((line) => `    ${line}`);
}
