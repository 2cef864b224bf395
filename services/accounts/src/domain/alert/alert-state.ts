import type { GatewayEvent } from '#contracts/events.ts';

type DeliveryState = 'pending' | 'delivered' | 'failed';

/** How an alert's deliveries stand, by channel, out of its stream. */
export function deliveriesOf(events: readonly GatewayEvent[]): ReadonlyMap<string, DeliveryState> {
  const states = new Map<string, DeliveryState>();
  for (const { type, data } of events) {
    if (type === 'AlertRaised' || type === 'AlertRetried') for (const id of data.channelIds) states.set(id, 'pending');
    else if (type === 'AlertDelivered') states.set(data.channelId, 'delivered');
    else if (type === 'AlertDeliveryFailed') states.set(data.channelId, 'failed');
  }
  return states;
}

/** The channels that an alert did not reach, and those of its rule today that it was never meant for. */
export function channelsToRetry(events: readonly GatewayEvent[], ruleChannels: readonly string[]): readonly string[] {
  const states = deliveriesOf(events);
  const failed = [...states].flatMap(([id, state]) => (state === 'failed' ? [id] : []));
  return [...failed, ...ruleChannels.filter((id) => !states.has(id))];
}

/** When the alert was raised, or last asked for, whichever is later. */
export function lastAskedMs(events: readonly GatewayEvent[]): number {
  return events.reduce((lastMs, { type, data }) => {
    if (type === 'AlertRaised') return Math.max(lastMs, Number(data.raisedAtMs));
    return type === 'AlertRetried' ? Math.max(lastMs, Number(data.retriedAtMs)) : lastMs;
  }, 0);
}
