import type { GatewayEvent } from '#contracts/events.ts';

/** What can happen in a key's stream. */
export type ApiKeyEvent = GatewayEvent<'ApiKeyCreated' | 'ApiKeyRevoked'>;
