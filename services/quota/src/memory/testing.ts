import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { createRegistry } from '#registry/registry.ts';
import { emptyBooks } from '../domain/account/books.ts';
import {
  type AdmissionDecision,
  decideAdmission,
  type PlacedHold,
  type Refused,
} from '../domain/admission/decide-admission.ts';
import { decisionState, type Less } from './decision-state.ts';
import { createLeaderMemory, type LeaderMemory } from './leader-memory.ts';
import { createLiveBooks, type LiveBooks } from './live-books.ts';

export const rules = { holdTtlMs: 900_000, outputTokensFloor: 256 };

export const configured = {
  multiplierBasisPoints: 10_000,
  outputTokensDefault: 16_384,
  defaultRequestsPerMinute: 0,
  chargeWaitMs: 1_000,
};

/** A leader's memory as a log makes it, and its decisions, for specs. */
export interface DecisionWorld {
  readonly live: LiveBooks;
  readonly memory: LeaderMemory;
  take(...events: readonly GatewayEvent[]): void;
  decide(request: AdmitRequest, nowMs: number, less?: Less): AdmissionDecision;
}

export function worldOf(
  events: readonly GatewayEvent[],
  changed: { readonly configured?: Partial<typeof configured>; readonly rules?: Partial<typeof rules> } = {},
): DecisionWorld {
  const registry = createRegistry();
  const versions = new Map<string, number>();
  const watch = { memory: undefined as LeaderMemory | undefined };
  const live = createLiveBooks({ ...emptyBooks(), prices: new Map(), position: 0 }, (event, { before, after }) =>
    watch.memory?.take(event, before, after),
  );
  const memory = createLeaderMemory(live, registry, { ...configured, ...changed.configured });
  watch.memory = memory;

  function take(...taken: readonly GatewayEvent[]): void {
    for (const event of taken) {
      const version = (versions.get(event.type) ?? 0) + 1;
      versions.set(event.type, version);
      const recorded = { ...event, position: live.position() + 1, version } as RecordedEvent;
      registry.take([recorded]);
      live.take([recorded]);
    }
  }

  take(...events);
  return {
    live,
    memory,
    take,
    decide: (request, nowMs, less) =>
      decideAdmission({ request, nowMs }, decisionState(memory.sources, request, nowMs, less), {
        ...rules,
        ...changed.rules,
      }),
  };
}

export function accepted(decision: AdmissionDecision): PlacedHold {
  if (decision.kind === 'accepted') return decision;
  throw new Error(`refused: ${decision.refusal.message}`);
}

export function refused(decision: AdmissionDecision): Refused {
  if (decision.kind === 'refused') return decision;
  throw new Error('it was admitted');
}
