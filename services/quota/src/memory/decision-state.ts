import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey } from '#contracts/payer.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import { ownedNanoUsd } from '../domain/account/account.ts';
import type { Caller } from '../domain/admission/caller.ts';
import type { AdmissionState } from '../domain/admission/decide-admission.ts';
import type { Funds } from '../domain/admission/funds.ts';
import { amountAt, type Limit } from '../domain/limit/limit.ts';
import { counterAt } from '../domain/limit/limit-counters.ts';
import type { LimitInForce } from '../domain/limit/limit-in-force.ts';
import { findCaller, multiplierOf, type PolicyCaller, payerOfCaller, tagsOf } from './find-caller.ts';
import { type LimitIndex, type LimitSubject, requestsPerMinuteLimit, requestsPerMinuteLimitId } from './limit-index.ts';
import type { LiveBooks } from './live-books.ts';
import type { PendingAdmissions } from './pending-admissions.ts';
import type { UsualAnswers } from './usual-answers.ts';
import type { Windows } from './windows.ts';

/** What decisions are made from: all of it in memory. */
export interface DecisionSources {
  readonly live: LiveBooks;
  readonly registry: Pick<Registry, 'get' | 'settings'>;
  readonly limits: LimitIndex;
  readonly pending: PendingAdmissions;
  readonly usualAnswers: UsualAnswers;
  readonly windows: Windows;
  /** What holds where policy says nothing. */
  readonly configured: {
    readonly multiplierBasisPoints: number;
    readonly outputTokensDefault: number;
    readonly defaultRequestsPerMinute: number;
  };
}

/** What of it a request can take back: the state as if this were not set aside. */
export type Less = Pick<PendingAdmissions, 'nanoUsdOf' | 'heldOf'>;

const nothing: Less = { nanoUsdOf: () => 0n, heldOf: () => 0n };

/** What a request's admission is decided from, as it is now. */
export function decisionState(
  sources: DecisionSources,
  request: AdmitRequest,
  nowMs: number,
  less: Less = nothing,
): AdmissionState {
  const { live, registry } = sources;
  const priceOf = (priceKey: string) => live.prices.get(priceKey);
  const caller = findCaller(registry, request);
  if ('refusal' in caller) return { caller, funds: noFunds, priceOf, limits: [], limitsOf: () => [] };
  const payer = payerOfCaller(caller, live.accounts);
  const ofProviders = new Map<string, readonly LimitInForce[]>();
  return {
    caller: callerFacts(sources, caller, payer, request),
    funds: fundsOf(sources, payer, less),
    priceOf,
    limits: limitsInForce(sources, caller, request.model, nowMs, less),
    limitsOf(provider) {
      let limits = ofProviders.get(provider);
      if (limits === undefined) {
        limits = matching(sources, ['provider', provider], request.model, nowMs, '', less);
        ofProviders.set(provider, limits);
      }
      return limits;
    },
  };
}

/** The limits that a request of the caller counts against wherever it ends up. */
function limitsInForce(
  sources: DecisionSources,
  caller: PolicyCaller,
  model: string,
  nowMs: number,
  less: Less,
): LimitInForce[] {
  const limits = ownLimit(sources, caller.user).map((limit) => standingOf(sources, limit, nowMs, '', less));
  for (const subject of subjectsOf(caller)) {
    limits.push(...matching(sources, subject, model, nowMs, timeZoneFor(caller, subject[0]), less));
  }
  return limits;
}

/**
 * The user's own organisation's for the user's limits and those of its keys, whichever team a token names: with the zone of
 * one request and of another in turn, their days would begin twice.
 */
function timeZoneFor({ user, team, organisation }: PolicyCaller, kind: LimitSubject['kind']): string {
  const isOfUser = kind === 'user' || kind === 'key';
  const isOwn = team?.id === user.teamId;
  return isOfOrganisation(kind) && (isOwn || !isOfUser) ? (organisation?.timeZone ?? '') : '';
}

function matching(
  sources: DecisionSources,
  [kind, id]: readonly [LimitSubject['kind'], string],
  model: string,
  nowMs: number,
  timeZone: string,
  less: Less,
): LimitInForce[] {
  const standings: LimitInForce[] = [];
  for (const { limit, matches } of sources.limits.of(kind, id)) {
    if (matches(model)) standings.push(standingOf(sources, limit, nowMs, timeZone, less));
  }
  return standings;
}

const noFunds: Funds = { ownedNanoUsd: 0n, heldNanoUsd: 0n };

/** A payer's money, with what is decided and not folded yet. */
export function fundsOf(
  { live, pending }: Pick<DecisionSources, 'live' | 'pending'>,
  payer: Payer,
  less: Less = nothing,
): Funds {
  const account = live.accounts.get(payerKey(payer));
  return {
    ownedNanoUsd: account === undefined ? 0n : ownedNanoUsd(account),
    heldNanoUsd: (account?.heldNanoUsd ?? 0n) + pending.nanoUsdOf(payer) - less.nanoUsdOf(payer),
  };
}

/** How a limit's window stands now. */
export function standingOf(
  { live, pending, windows }: Pick<DecisionSources, 'live' | 'pending' | 'windows'>,
  limit: Limit,
  nowMs: number,
  timeZone: string,
  less: Less = nothing,
): LimitInForce {
  const { limitId, generation, period } = limit;
  const inForce = windows(period, nowMs, timeZone);
  const counter = counterAt(live.counters.get(limitId), { generation, startMs: inForce.startMs }, nowMs);
  // A clock that stepped back goes on in the window it was in.
  const window = counter.startMs === inForce.startMs ? inForce : { ...inForce, startMs: counter.startMs };
  return {
    limit,
    window,
    allowed: amountAt(limit, nowMs),
    used: counter.used,
    held: counter.held + pending.heldOf(limitId, counter) - less.heldOf(limitId, counter),
  };
}

function callerFacts(
  { registry, usualAnswers, configured }: DecisionSources,
  { user }: PolicyCaller,
  payer: Payer,
  request: AdmitRequest,
): Caller {
  const settings = registry.settings();
  const model = registry.get('model', request.model);
  const priceKey = request.candidates[0]?.priceKey ?? '';
  return {
    payer,
    multiplierBasisPoints: multiplierOf(user, settings, configured.multiplierBasisPoints),
    outputTokensDefault:
      request.outputTokensDefault ||
      model?.outputTokensDefault ||
      settings.outputTokensDefault ||
      configured.outputTokensDefault,
    outputTokensUsual: usualAnswers.outputTokens(request.keyId || request.userId, priceKey),
  };
}

/** The user's requests a minute, where there is no limit of that name. */
export function ownLimit(
  { registry, limits, configured }: Pick<DecisionSources, 'registry' | 'limits' | 'configured'>,
  user: ResourceOf<'user'>,
): readonly Limit[] {
  const settings = registry.settings();
  const requests = user.requestsPerMinute || settings.requestsPerMinute || configured.defaultRequestsPerMinute;
  if (requests === 0 || limits.find(requestsPerMinuteLimitId(user.id)) !== undefined) return [];
  return [requestsPerMinuteLimit(user.id, requests)];
}

function subjectsOf(caller: PolicyCaller): (readonly [LimitSubject['kind'], string])[] {
  const { user, team, organisation, key } = caller;
  const subjects: (readonly [LimitSubject['kind'], string])[] = [
    ['gateway', ''],
    ['user', user.id],
  ];
  if (team !== undefined) subjects.push(['team', team.id]);
  if (organisation !== undefined) subjects.push(['organisation', organisation.id]);
  if (key !== undefined) subjects.push(['key', key.id]);
  for (const tag of tagsOf(caller)) subjects.push(['tag', tag]);
  return subjects;
}

/** Whose days, weeks and months are those of the organisation. */
export function isOfOrganisation(kind: LimitSubject['kind']): boolean {
  return kind === 'organisation' || kind === 'team' || kind === 'user' || kind === 'key';
}
