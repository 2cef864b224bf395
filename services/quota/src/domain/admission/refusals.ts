import { units } from '#ai/units.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { formatUsd } from '#money/nano-usd.ts';
import type { Limit, LimitUnit } from '../limit/limit.ts';
import { type LimitInForce, wouldFit } from '../limit/limit-in-force.ts';
import type { Funds } from './funds.ts';
import type { Unpriced } from './priced-candidates.ts';

/** A no of a limit or of the balance. */
export interface Refusing {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  /** Only what is set aside for requests under way is in the way: it may come back. */
  readonly isHeldUp: boolean;
}

/** A limit that does not let a request through, and what the request needs of it. */
export interface InTheWay {
  readonly standing: LimitInForce;
  readonly amount: bigint;
}

export const unknownUser: Refusal = {
  code: 'invalid_api_key',
  message: "This API key's user has no account. Ask the gateway's administrator for a new key.",
};

export const unknownKey: Refusal = {
  code: 'invalid_api_key',
  message: "This API key is not valid any more. Ask the gateway's administrator for a new key.",
};

/** Of a team that the caller's token names: the ingress has found it in order, by policy a moment ago or ahead. */
export const wrongTeam: Refusal = {
  code: 'invalid_api_key',
  message:
    "The token's team is not the one that its user belongs to, or there is no such team any more. Get a new token.",
};

/** `what`: "This API key is paused". */
export function notAllowed(what: string): Refusal {
  return { code: 'key_not_allowed', message: `${what}. Ask the gateway's administrator to activate it again.` };
}

export const alreadyAdmitted: Refusal = {
  code: 'conflict',
  message: 'A request with this id was admitted before. Send it again under a new request id.',
};

export function uncountable(what: string, param: string): Refusal {
  return invalid(`${what} is out of the range a request can have.`, param);
}

export function notPriced(model: string): Refusal {
  return {
    code: 'model_not_priced',
    message: `The model ${JSON.stringify(model)} has no price, so it cannot be used. Ask the gateway's administrator to publish one.`,
    param: 'model',
  };
}

/** The model has a price, though not for what the request may use. */
export function featureNotPriced(model: string, unpriced: Unpriced): Refusal {
  const isTier = unpriced === 'service_tier';
  const what = isTier ? 'in this tier of service' : `for ${unpriced} (${units[unpriced].noun}s)`;
  const advice = isTier ? 'Leave service_tier out' : 'Leave out what uses it';
  return {
    code: 'feature_not_priced',
    message: `The model ${JSON.stringify(model)} has no price ${what}. ${advice}, or ask the gateway's administrator to publish one.`,
    param: isTier ? 'service_tier' : 'model',
  };
}

/** All of them are in the way: the one that starts anew last is told, since a try before would be in vain. */
export function limitUsedUp(inTheWay: readonly InTheWay[], nowMs: number): Refusing {
  const [last] = [...inTheWay].sort((a, b) => waitMs(b, nowMs) - waitMs(a, nowMs));
  if (last === undefined) throw new Error('no limit is in the way');
  const isHeldUp = inTheWay.every(({ standing, amount }) => wouldFit(standing, amount));
  return { kind: 'refused', refusal: limitRefusal(last, nowMs), isHeldUp };
}

/** Each provider has one that is in the way: the first that starts anew is told, since one provider is enough. */
export function providersExhausted(inTheWay: readonly InTheWay[], nowMs: number): Refusing {
  const [first] = [...inTheWay].sort((a, b) => waitMs(a, nowMs) - waitMs(b, nowMs));
  if (first === undefined) throw new Error('no limit is in the way');
  const isHeldUp = inTheWay.some(({ standing, amount }) => wouldFit(standing, amount));
  return { kind: 'refused', refusal: limitRefusal(first, nowMs), isHeldUp };
}

export function balanceTooLow({
  ownedNanoUsd,
  heldNanoUsd,
  neededNanoUsd,
  isOpen,
}: Funds & { readonly neededNanoUsd: bigint; readonly isOpen: boolean }): Refusing {
  const held =
    heldNanoUsd > 0n
      ? ` ${formatUsd(heldNanoUsd)} USD more is set aside for requests under way; what they do not use comes back when they end.`
      : '';
  const advice = isOpen ? 'Add credit, or shorten the prompt.' : 'Add credit, or ask for fewer tokens.';
  const available = formatUsd(ownedNanoUsd - heldNanoUsd);
  const message = `The balance cannot pay for this request: ${available} USD is available, and it may cost ${formatUsd(neededNanoUsd)} USD.${held} ${advice}`;
  return {
    kind: 'refused',
    refusal: { code: 'insufficient_balance', message },
    isHeldUp: neededNanoUsd <= ownedNanoUsd,
  };
}

function limitRefusal({ standing, amount }: InTheWay, nowMs: number): Refusal {
  const { limit, window, allowed, left } = standing;
  const { limitId, unit } = limit;
  const facts = `The limit ${limitId} allows ${quantity(allowed, unit)}${perPeriod(limit)}: ${quantity(left < 0n ? 0n : left, unit)} left, and this request needs ${quantity(amount, unit)}.`;
  if (amount > allowed) {
    const advice = unit === 'requests' ? 'Ask' : 'Ask for fewer tokens, or ask';
    return { code: 'quota_exceeded', message: `${facts} ${advice} the gateway's administrator to raise the limit.` };
  }
  if (window.endMs === null) {
    return { code: 'quota_exceeded', message: `${facts} Ask the gateway's administrator to raise the limit.` };
  }
  const retryAfterMs = window.endMs - nowMs;
  return {
    code: 'quota_exceeded',
    message: `${facts} The limit starts anew in ${durationText(retryAfterMs)}.`,
    retryAfterMs,
  };
}

function waitMs({ standing: { window } }: InTheWay, nowMs: number): number {
  return window.endMs === null ? Number.MAX_SAFE_INTEGER : window.endMs - nowMs;
}

const unitNames: Readonly<Record<Exclude<LimitUnit, 'cost'>, string>> = {
  requests: 'request',
  tokens: 'token',
  input_tokens: 'input token',
  output_tokens: 'output token',
};

function quantity(amount: bigint, unit: LimitUnit): string {
  if (unit === 'cost') return `${formatUsd(amount)} USD`;
  return `${amount} ${unitNames[unit]}${amount === 1n ? '' : 's'}`;
}

function perPeriod({ period }: Limit): string {
  if (period === 'ever') return '';
  return period === 'hour' ? ' an hour' : ` a ${period}`;
}

/** Rounded up, in the largest unit of which there are at least two. */
function durationText(durationMs: number): string {
  const seconds = Math.max(1, Math.ceil(durationMs / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.ceil(seconds / 3_600)} h`;
  return `${Math.ceil(seconds / 86_400)} days`;
}
