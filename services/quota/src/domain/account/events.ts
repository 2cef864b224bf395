import type { EventType, GatewayEvent } from '#contracts/events.ts';

/** The events that accounts, holds and counters are folded from. */
export const accountEventTypes = [
  'BalanceCredited',
  'BalanceDebited',
  'RequestAdmitted',
  'UsageRecorded',
  'ChargePosted',
  'HoldExpired',
] as const satisfies readonly EventType[];

export type AccountEventType = (typeof accountEventTypes)[number];

/** Such an event, and where in the log it stands. */
export type AccountEvent = GatewayEvent<AccountEventType> & { readonly position: number };

/** One of a type. */
export type AccountEventOf<T extends AccountEventType> = Extract<AccountEvent, { type: T }>;

const types: ReadonlySet<EventType> = new Set(accountEventTypes);

export function isAccountEvent<E extends { readonly type: EventType }>(
  event: E,
): event is E & { readonly type: AccountEventType } {
  return types.has(event.type);
}
