import type { Payer } from '#contracts/admin-needs.ts';
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
import { findCaller, multiplierOf, type PaidFrom, type PolicyCaller, paidFrom, tagsOf } from './find-caller.ts';
import {
  type IndexedLimit,
  type LimitIndex,
  type LimitSubject,
  requestsPerMinuteLimit,
  requestsPerMinuteLimitId,
} from './limit-index.ts';
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

/** A moment to decide at, and what of the state counts as not set aside; undefined: all of it is. */
interface At {
  readonly nowMs: number;
  readonly less: Less | undefined;
}

/** What a request's admission is decided from, as it is now. */
export function decisionState(
  sources: DecisionSources,
  request: AdmitRequest,
  nowMs: number,
  less?: Less,
): AdmissionState {
  const { live, registry } = sources;
  const priceOf = (priceKey: string) => live.prices.get(priceKey);
  const caller = findCaller(registry, request);
  if ('refusal' in caller) return { caller, funds: noFunds, priceOf, limits: [], limitsOf: () => [] };
  const from = paidFrom(caller, live.accounts);
  const at = { nowMs, less };
  const ofProviders = new Map<string, readonly LimitInForce[]>();
  return {
    caller: callerFacts(sources, caller, from.payer, request),
    funds: fundsOf(sources, from, less),
    priceOf,
    limits: limitsInForce(sources, caller, request, at),
    limitsOf(provider) {
      const known = ofProviders.get(provider);
      if (known !== undefined) return known;
      const limits: LimitInForce[] = [];
      addMatching(limits, sources.limits.of('provider', provider), request.model, sources, at, '');
      ofProviders.set(provider, limits);
      return limits;
    },
  };
}

/** The limits that a request of the caller counts against wherever it ends up. */
function limitsInForce(
  sources: DecisionSources,
  caller: PolicyCaller,
  { model, attribution }: Pick<AdmitRequest, 'model' | 'attribution'>,
  at: At,
): LimitInForce[] {
  const limits: LimitInForce[] = [];
  for (const limit of ownLimit(sources, caller.user)) limits.push(standingOf(sources, limit, at.nowMs, '', at.less));
  const add = (kind: LimitSubject['kind'], id: string): void => {
    const found = sources.limits.of(kind, id);
    if (found.length > 0) addMatching(limits, found, model, sources, at, timeZoneFor(caller, kind));
  };
  const { user, team, organisation, key } = caller;
  add('gateway', '');
  add('user', user.id);
  if (team !== undefined) add('team', team.id);
  if (organisation !== undefined) add('organisation', organisation.id);
  if (key !== undefined) add('key', key.id);
  for (const tag of tagsOf(caller, attribution.tags)) add('tag', tag);
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

/** Adds how the limits stand that count requests of a model. */
function addMatching(
  standings: LimitInForce[],
  limits: readonly IndexedLimit[],
  model: string,
  sources: DecisionSources,
  { nowMs, less }: At,
  timeZone: string,
): void {
  for (const { limit, matches } of limits) {
    if (matches(model)) standings.push(standingOf(sources, limit, nowMs, timeZone, less));
  }
}

const noFunds: Funds = { ownedNanoUsd: 0n, heldNanoUsd: 0n };

/** A payer's money, with what is decided and not folded yet. */
export function fundsOf(
  { pending }: Pick<DecisionSources, 'pending'>,
  { payer, account }: PaidFrom,
  less?: Less,
): Funds {
  const heldNanoUsd = (account?.heldNanoUsd ?? 0n) + pending.nanoUsdOf(payer);
  return {
    ownedNanoUsd: account === undefined ? 0n : ownedNanoUsd(account),
    heldNanoUsd: less === undefined ? heldNanoUsd : heldNanoUsd - less.nanoUsdOf(payer),
  };
}

/** How a limit's window stands now. */
export function standingOf(
  { live, pending, windows }: Pick<DecisionSources, 'live' | 'pending' | 'windows'>,
  limit: Limit,
  nowMs: number,
  timeZone: string,
  less?: Less,
): LimitInForce {
  const { limitId, generation, period } = limit;
  const inForce = windows(period, nowMs, timeZone);
  const counter = counterAt(live.counters.get(limitId), { generation, startMs: inForce.startMs }, nowMs);
  // A clock that stepped back goes on in the window it was in.
  const window = counter.startMs === inForce.startMs ? inForce : { ...inForce, startMs: counter.startMs };
  const allowed = amountAt(limit, nowMs);
  const { used } = counter;
  let held = counter.held + pending.heldOf(limitId, counter);
  if (less !== undefined) held -= less.heldOf(limitId, counter);
  return { limit, window, allowed, used, held, left: allowed - used - held };
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
  if (requests === 0) return [];
  const limitId = requestsPerMinuteLimitId(user.id);
  return limits.find(limitId) === undefined ? [requestsPerMinuteLimit(limitId, requests)] : [];
}

/** Whose days, weeks and months are those of the organisation. */
export function isOfOrganisation(kind: LimitSubject['kind']): boolean {
  return kind === 'organisation' || kind === 'team' || kind === 'user' || kind === 'key';
}
