import type { GatewayEvent } from '#contracts/events.ts';

/** The role of whoever's pause of a key is in force, by the key's stream; undefined: nobody has paused it, or it was resumed since. */
export function pausedBy(events: readonly GatewayEvent[]): string | undefined {
  for (const event of events.toReversed()) {
    const by = event.type === 'ResourceSet' ? event.data.by : undefined;
    if (by?.action === 'resume') return undefined;
    if (by?.action === 'pause') return by.role;
  }
  return undefined;
}
