import type { EventType, GatewayEvent } from '#contracts/events.ts';

/** The events an account and its holds are folded from. */
export const accountEventTypes = [
  'UserCreated',
  'BalanceCredited',
  'RequestAdmitted',
  'UsageRecorded',
  'ChargePosted',
  'HoldExpired',
] as const satisfies readonly EventType[];

export type AccountEventType = (typeof accountEventTypes)[number];

/** Such an event, and where in the log it stands. */
export type AccountEvent = GatewayEvent<AccountEventType> & { readonly position: number };

const types: ReadonlySet<EventType> = new Set(accountEventTypes);

export function isAccountEvent<E extends { readonly type: EventType }>(
  event: E,
): event is E & { readonly type: AccountEventType } {
  return types.has(event.type);
}
