import type { GatewayEvent } from '#contracts/events.ts';

/** What can happen in a user's stream. */
export type UserEvent = GatewayEvent<'UserCreated' | 'BalanceCredited'>;
