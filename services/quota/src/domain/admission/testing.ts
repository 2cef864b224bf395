import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest, AdmittedRouting } from '#contracts/quota.ts';
import { credited, pricePublished } from '#testkit/events.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { accepted, type DecisionWorld, worldOf } from '../../memory/testing.ts';
import type { PlacedHold } from './decide-admission.ts';

/** 2024-06-12T22:30:00Z, when it is the 13th already in Berlin. */
export const NOW = 1_718_231_400_000;

/** User u by key k, in a team and an organisation, each with a tag; one nano-USD an output token, nothing for the prompt. */
export const world: readonly GatewayEvent[] = [
  resourceSet('organisation', { id: 'o', status: 'active', tags: ['o-tag'], timeZone: 'Europe/Berlin' }),
  resourceSet('team', { id: 't', status: 'active', organisationId: 'o', tags: ['t-tag'] }),
  resourceSet('user', { id: 'u', status: 'active', teamId: 't', tags: ['u-tag'] }),
  resourceSet('key', { id: 'k', userId: 'u', status: 'active', tags: ['k-tag'] }),
  credited('u', 1_000_000n),
  pricePublished('c/m'),
];

export function limit(fields: {
  readonly id?: string;
  readonly subject?: { readonly kind: string; readonly id: string };
  readonly models?: string;
  readonly unit?: string;
  readonly period?: string;
  readonly amount?: string;
  readonly kind?: string;
  readonly raisedAmount?: string;
  readonly raisedUntil?: string;
  readonly generation?: number;
}): GatewayEvent {
  const plain = { id: 'l', subject: { kind: 'gateway', id: '' }, unit: 'requests', period: 'day', amount: '0' };
  return resourceSet('limit', { ...plain, generation: 1, ...fields });
}

/** Asks for 100 output tokens, with a prompt of at most 1,000. */
export function request(fields: Partial<AdmitRequest> = {}): AdmitRequest {
  return {
    requestId: 'r',
    userId: 'u',
    keyId: 'k',
    model: 'gpt-4o',
    stream: false,
    candidates: ['p', 'q'].map((provider) => ({ provider, model: 'm', priceKey: 'c/m' })),
    promptTokensBound: 1_000,
    promptTokensEstimate: 250,
    outputTokensRequested: 100,
    choices: 1,
    ...plainChat,
    ...fields,
  };
}

/** As policy alone would have it. */
export const someRouting: AdmittedRouting = {
  routeId: '',
  strategy: 'priority',
  strategySource: '',
  leftOut: [],
  mayBecomePaid: false,
};

export const decide = (events: readonly GatewayEvent[], asked = request(), nowMs = NOW) =>
  worldOf([...world, ...events]).decide(asked, nowMs);

/** Lets a request through, and folds its admission. */
export function admit(
  decisions: DecisionWorld,
  requestId: string,
  fields: Partial<AdmitRequest> = {},
  nowMs = NOW,
): PlacedHold {
  const placed = accepted(decisions.decide(request({ requestId, ...fields }), nowMs));
  decisions.take(placed.event);
  return placed;
}
