import { create } from '@bufbuild/protobuf';
import { ApiKeySchema, LimitSchema, TeamSchema, UserSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { payerKey, userPayer } from '#contracts/payer.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import { newId } from '#kernel/ids.ts';
import { createRegistry, type RegistryFold } from '#registry/registry.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { emptyBooks } from '../../services/quota/src/domain/account/books.ts';
import { decideAdmission, type PlacedHold } from '../../services/quota/src/domain/admission/decide-admission.ts';
import { decisionState } from '../../services/quota/src/memory/decision-state.ts';
import { createLeaderMemory } from '../../services/quota/src/memory/leader-memory.ts';
import { createLiveBooks } from '../../services/quota/src/memory/live-books.ts';

/** Quota's memory with so many users, each with a key, a team and a balance, and the limits that each request counts against. */
export interface DecisionWorld {
  /** Decides a request of one user after another, and sets it aside until `forget`. */
  decide(index: number): PlacedHold;
  /** As if its event had been folded and charged. */
  forget(placed: PlacedHold): void;
}

const TEAMS = 1_000;
const AMPLE = 10n ** 15n;
const RULES = { holdTtlMs: 900_000, outputTokensFloor: 256 };
const CONFIGURED = {
  multiplierBasisPoints: 15_000,
  outputTokensDefault: 16_384,
  defaultRequestsPerMinute: 1_000_000,
  chargeWaitMs: 1_000,
};
const CANDIDATES = ['first', 'second'].map((provider) => ({ provider, model: 'm', priceKey: 'c/m' }));

/** Of the limits: a subject that every request has, and what is counted. With the user's requests a minute they are twenty. */
const SUBJECTS = ['gateway ', 'tag all', 'tag team', 'provider first', 'provider second'].map((text) =>
  text.split(' '),
);
const COUNTED = [
  { unit: 'requests', period: 'minute', kind: 'hard' },
  { unit: 'tokens', period: 'minute', kind: 'rate' },
  { unit: 'output_tokens', period: 'day', kind: 'hard' },
  { unit: 'cost', period: 'month', kind: 'hard' },
] as const;
export const LIMITS = SUBJECTS.length * COUNTED.length;

export function createDecisionWorld(users: number): DecisionWorld {
  const registry = createRegistry();
  addLimits(registry);
  const books = emptyBooks();
  for (let index = 0; index < users; index += 1) addUser(registry, books, index);
  const price = {
    ...examplePrice('c/m', 1, 250_000n, 2_000_000n),
    contextTokens: 128_000,
    outputTokensMax: 16_384,
  };
  const live = createLiveBooks({ ...books, prices: new Map([['c/m', price]]), position: 0 }, () => undefined);
  const { sources } = createLeaderMemory(live, registry, CONFIGURED);
  return {
    decide(index) {
      const nowMs = Date.now();
      const request = requestOf(index % users);
      const decision = decideAdmission({ request, nowMs }, decisionState(sources, request, nowMs), RULES);
      if (decision.kind === 'refused') throw new Error(decision.refusal.message);
      const { payer, holdNanoUsd, reservations } = decision;
      sources.pending.add({ requestId: request.requestId, payer, holdNanoUsd, reservations });
      return decision;
    },
    forget: ({ event }) => void sources.pending.remove(event.data.requestId),
  };
}

function requestOf(user: number): AdmitRequest {
  return {
    requestId: newId(),
    userId: `user-${user}`,
    keyId: `key-${user}`,
    model: 'gpt-4o',
    stream: false,
    candidates: CANDIDATES,
    promptTokensBound: 1_500,
    promptTokensEstimate: 125,
    // Left open, which takes the longest to decide.
    outputTokensRequested: 0,
    choices: 1,
    ...plainChat,
  };
}

function addUser(registry: RegistryFold, { accounts }: ReturnType<typeof emptyBooks>, index: number): void {
  const [id, teamId] = [`user-${index}`, `team-${index % TEAMS}`];
  if (index < TEAMS) {
    registry.load({ case: 'team', value: create(TeamSchema, { id: teamId, status: 'active', tags: ['team'] }) });
  }
  registry.load({ case: 'user', value: create(UserSchema, { id, status: 'active', teamId, tags: ['all'] }) });
  registry.load({ case: 'key', value: create(ApiKeySchema, { id: `key-${index}`, userId: id, status: 'active' }) });
  const payer = userPayer(id);
  const nothing = { debitedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n };
  accounts.set(payerKey(payer), { payer, creditedNanoUsd: AMPLE, ...nothing });
}

function addLimits(registry: RegistryFold): void {
  for (const [kind = '', id = ''] of SUBJECTS) {
    for (const [index, counted] of COUNTED.entries()) {
      const amount = counted.unit === 'cost' ? '1000000' : String(AMPLE);
      const limitId = `${kind}-${id}-${index}`;
      const value = create(LimitSchema, { id: limitId, subject: { kind, id }, models: 'gpt-*', amount, ...counted });
      registry.load({ case: 'limit', value });
    }
  }
}
