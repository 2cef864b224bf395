import { noUsage, type Usage } from '#ai/usage.ts';
import type { Payer } from '#contracts/admin-needs.ts';
import type { EventBodies, GatewayEvent } from '#contracts/events.ts';
import { payerOf } from '#contracts/payer.ts';
import { type Attribution, noAttribution } from '#contracts/quota.ts';
import { accounts } from '#money/posting.ts';
import { usageToEvent } from '#money/quantities.ts';

/*
 * Events as the services write them, for specs: what a spec does not tell has a plain value. Amounts and times may be told as
 * they are; in an event they are texts.
 */

type Told<Body> = {
  readonly [Field in keyof Body]?: string extends Body[Field] ? Body[Field] | bigint | number : Body[Field];
};

type Body<Type extends keyof EventBodies> = EventBodies[Type];

/** Of user u1. */
export function userCreated(told: Told<Body<'UserCreated'>> = {}): GatewayEvent<'UserCreated'> {
  const plain = { userId: 'u1', sealedProfile: '', requestsPerMinute: 0, multiplierBasisPoints: 0, createdAtMs: '0' };
  return { type: 'UserCreated', data: bodyOf<Body<'UserCreated'>>(plain, told) };
}

/** As accounts posts it: from the top-ups to whoever pays. */
export function credited(
  userId: string,
  amountNanoUsd: bigint,
  told: Told<Body<'BalanceCredited'>> = {},
): GatewayEvent<'BalanceCredited'> {
  const { payerKind = '', payerId = '' } = told;
  const account = accounts.payer(payerOf({ userId, payerKind: String(payerKind), payerId: String(payerId) }));
  const plain: Body<'BalanceCredited'> = {
    userId,
    creditId: 'c1',
    amountNanoUsd: String(amountNanoUsd),
    reason: 'top-up',
    postings: [
      { account, amountNanoUsd: String(amountNanoUsd) },
      { account: 'topups', amountNanoUsd: String(-amountNanoUsd) },
    ],
    creditedAtMs: '0',
    payerKind: '',
    payerId: '',
    actor: '',
    actorRole: '',
    address: '',
  };
  return { type: 'BalanceCredited', data: bodyOf(plain, told) };
}

/** Back to the top-ups. */
export function debited(
  payer: Payer,
  amountNanoUsd: bigint,
  told: { readonly debitId?: string; readonly undoesCreditId?: string } = {},
): GatewayEvent<'BalanceDebited'> {
  const plain: Body<'BalanceDebited'> = {
    debitId: 'd1',
    payer: { ...payer },
    amountNanoUsd: String(amountNanoUsd),
    reason: 'a mistake',
    postings: [
      { account: accounts.payer(payer), amountNanoUsd: String(-amountNanoUsd) },
      { account: 'topups', amountNanoUsd: String(amountNanoUsd) },
    ],
    debitedAtMs: '0',
    by: { actor: 'bootstrap', role: 'owner', action: 'debit', address: '', requestId: '' },
    undoesCreditId: '',
  };
  return { type: 'BalanceDebited', data: { ...plain, ...told } };
}

/** Key k1 of user u1. */
export function keyCreated(told: Told<Body<'ApiKeyCreated'>> = {}): GatewayEvent<'ApiKeyCreated'> {
  const plain = {
    keyId: 'k1',
    userId: 'u1',
    keyHash: 'ab'.repeat(32),
    prefix: 'ak_abcdefgh',
    name: '',
    createdAtMs: '0',
  };
  return { type: 'ApiKeyCreated', data: bodyOf<Body<'ApiKeyCreated'>>(plain, told) };
}

export function keyRevoked(told: Told<Body<'ApiKeyRevoked'>> = {}): GatewayEvent<'ApiKeyRevoked'> {
  return { type: 'ApiKeyRevoked', data: bodyOf({ keyId: 'k1', userId: 'u1', revokedAtMs: '1' }, told) };
}

/** One nano-USD an output token and nothing for the prompt, unless it says otherwise: a hold is then its output bound. */
export function pricePublished(
  priceKey: string,
  {
    inputPicoUsd = 0,
    outputPicoUsd = 1_000,
    ...told
  }: Told<Body<'PricePublished'>> & { readonly inputPicoUsd?: number; readonly outputPicoUsd?: number } = {},
): GatewayEvent<'PricePublished'> {
  const plain: Body<'PricePublished'> = {
    priceKey,
    prices: [
      { unit: 'input', picoUsd: String(inputPicoUsd) },
      { unit: 'output', picoUsd: String(outputPicoUsd) },
    ],
    bands: [],
    serviceTiers: [],
    contextTokens: 0,
    outputTokensMax: 0,
    source: 'config',
    publishedAtMs: '0',
    effectiveAtMs: '0',
  };
  return { type: 'PricePublished', data: bodyOf(plain, told) };
}

/** How long a hold is open that does not say until when. */
const HOLD_TTL_MS = 900_000;

/** Of user u1 by key k1: two candidates, a hold of 1,000 nano-USD, a multiplier of 1.5. */
export function admitted(
  told: Told<Body<'RequestAdmitted'>> & { readonly requestId: string },
): GatewayEvent<'RequestAdmitted'> {
  const { requestId, admittedAtMs = 1_000 } = told;
  const plain: Body<'RequestAdmitted'> = {
    requestId,
    userId: 'u1',
    keyId: 'k1',
    model: 'gpt-4o-mini',
    stream: false,
    candidates: [
      { provider: 'first', model: 'gpt-4o-mini', priceKey: 'openai/gpt-4o-mini', priceVersion: 2 },
      { provider: 'second', model: 'claude', priceKey: 'anthropic/claude', priceVersion: 1 },
    ],
    multiplierBasisPoints: 15_000,
    holdNanoUsd: '1000',
    promptTokensBound: 100,
    outputTokensBound: 100,
    admittedAtMs: String(admittedAtMs),
    expiresAtMs: String(Number(admittedAtMs) + HOLD_TTL_MS),
    payerKind: '',
    payerId: '',
    reservations: [],
    operation: 'chat',
    format: 'openai-chat',
    otherUnits: [],
    counts: [],
    serviceTier: '',
    attribution: { tags: [], metadata: {}, sessionId: '', agentId: '' },
    routeId: '',
    strategy: '',
    strategySource: '',
    leftOut: [],
    shadows: [],
  };
  return { type: 'RequestAdmitted', data: bodyOf(plain, told) };
}

/** Of the first candidate of `admitted`, whole; nothing used, unless it says otherwise. */
export function used({
  usage = noUsage,
  ...told
}: Told<Omit<Body<'UsageRecorded'>, 'quantities'>> & {
  readonly requestId: string;
  readonly usage?: Usage;
}): GatewayEvent<'UsageRecorded'> {
  const plain: Body<'UsageRecorded'> = {
    requestId: told.requestId,
    userId: 'u1',
    outcome: 'OUTCOME_COMPLETED',
    provider: 'first',
    model: 'gpt-4o-mini',
    estimated: false,
    estimatePolicy: '',
    attempts: [{ provider: 'first', model: 'gpt-4o-mini', status: 200, error: '', durationMs: 5 }],
    houseLosses: [],
    firstByteMs: 2,
    durationMs: 5,
    recordedAtMs: '1500',
    quantities: usageToEvent(usage),
    serviceTier: '',
    usageFlags: [],
    reportedUsage: '',
    format: 'openai-chat',
  };
  return { type: 'UsageRecorded', data: bodyOf(plain, told) };
}

/** Posted from the customer, and from the house where there is an overrun, to the revenue. */
export function charged(
  told: Told<Omit<Body<'ChargePosted'>, 'attribution'>> & {
    readonly requestId: string;
    readonly amountNanoUsd: bigint;
    readonly attribution?: Attribution;
  },
): GatewayEvent<'ChargePosted'> {
  const { attribution = noAttribution, ...fields } = told;
  const { requestId, userId = 'u1', amountNanoUsd, overrunNanoUsd = 0n } = told;
  const { payerKind = '', payerId = '' } = told;
  const payer = payerOf({ userId: String(userId), payerKind: String(payerKind), payerId: String(payerId) });
  const overrun = BigInt(overrunNanoUsd);
  const postings = [
    { account: accounts.payer(payer), amountNanoUsd: String(-amountNanoUsd) },
    { account: 'revenue', amountNanoUsd: String(amountNanoUsd + overrun) },
    { account: 'house_overrun', amountNanoUsd: String(-overrun) },
  ];
  const plain: Body<'ChargePosted'> = {
    requestId,
    userId: String(userId),
    keyId: 'k1',
    amountNanoUsd: String(amountNanoUsd),
    overrunNanoUsd: '0',
    holdNanoUsd: '1000',
    priceKey: 'openai/gpt-4o-mini',
    priceVersion: 2,
    multiplierBasisPoints: 15_000,
    lines: [],
    postings: postings.filter((line) => line.amountNanoUsd !== '0'),
    estimated: false,
    postedAtMs: '0',
    payerKind: '',
    payerId: '',
    provider: 'first',
    serviceTier: '',
    ratingFlags: [],
    attribution: { ...attribution, tags: [...attribution.tags], metadata: {} },
    houseCosts: [],
  };
  return { type: 'ChargePosted', data: bodyOf(plain, fields) };
}

/** A copy of a request of `admitted` at a target of the second candidate's price, whole and of the same text. */
export function shadowRecorded({
  usage = noUsage,
  answerUsage = noUsage,
  ...told
}: Told<Omit<Body<'ShadowRecorded'>, 'quantities' | 'candidate' | 'answer'>> & {
  readonly requestId: string;
  readonly usage?: Usage;
  readonly answerUsage?: Usage;
  readonly candidate?: Body<'ShadowRecorded'>['candidate'];
  readonly answer?: Partial<Body<'ShadowRecorded'>['answer']>;
}): GatewayEvent<'ShadowRecorded'> {
  const plain: Body<'ShadowRecorded'> = {
    requestId: told.requestId,
    routeId: 'route-1',
    candidate: { provider: 'second', model: 'claude', priceKey: 'anthropic/claude', priceVersion: 1 },
    account: '',
    outcome: 'OUTCOME_COMPLETED',
    status: 200,
    error: '',
    quantities: usageToEvent(usage),
    serviceTier: '',
    estimated: false,
    firstByteMs: 4,
    durationMs: 10,
    answer: {
      provider: 'first',
      model: 'gpt-4o-mini',
      outcome: 'OUTCOME_COMPLETED',
      quantities: usageToEvent(answerUsage),
      firstByteMs: 2,
      durationMs: 5,
      textCharacters: 11,
      ...told.answer,
    },
    isSameText: true,
    textCharacters: 11,
    recordedAtMs: '1600',
  };
  return { type: 'ShadowRecorded', data: bodyOf(plain, { ...told, answer: plain.answer }) };
}

/** Of a request of user u1 that nobody settled in time. */
export function expired(told: Told<Body<'HoldExpired'>> & { readonly requestId: string }): GatewayEvent<'HoldExpired'> {
  const { requestId } = told;
  const plain = { requestId, userId: 'u1', holdNanoUsd: '1000', reason: 'expired', expiredAtMs: '1' };
  return { type: 'HoldExpired', data: bodyOf<Body<'HoldExpired'>>(plain, told) };
}

/** Only fields of the event are taken, so that a spec may tell what it knows of a request to each of its events. */
function bodyOf<Body extends object>(plain: Body, told: Told<Body>): Body {
  const entries = Object.entries(plain).map(([field, value]) => {
    const said = told[field as keyof Body] ?? value;
    return [field, typeof value === 'string' ? String(said) : said];
  });
  return Object.fromEntries(entries);
}
