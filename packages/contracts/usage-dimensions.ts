import type { EventBodies } from './events.ts';

type Charge = EventBodies['ChargePosted'];

/** By what use can be read: for each, the values that a charge counts for. A request of two tags counts for both. */
export const usageDimensions = {
  tag: ({ attribution }) => attribution.tags,
  session: ({ attribution }) => given(attribution.sessionId),
  agent: ({ attribution }) => given(attribution.agentId),
  key: ({ keyId }) => given(keyId),
  provider: ({ provider }) => given(provider),
  service_tier: ({ serviceTier }) => given(serviceTier),
} as const satisfies Record<string, (charge: Charge) => readonly string[]>;

export type UsageDimension = keyof typeof usageDimensions;

export const usageDimensionNames = Object.keys(usageDimensions) as readonly UsageDimension[];

export function isUsageDimension(text: string): text is UsageDimension {
  return Object.hasOwn(usageDimensions, text);
}

function given(text: string): readonly string[] {
  return text === '' ? [] : [text];
}
