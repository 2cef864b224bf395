import type { AdminCaller, AdminInput } from '#contracts/admin.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { channelsToRetry, lastAskedMs } from '../domain/alert/alert-state.ts';
import { conflict } from '../domain/resource/conflict.ts';
import type { Ports } from '../ports.ts';

/** Each try reads the stream anew: only the delivery of the same alert may come in between. */
const TRIES = 5;

/**
 * Writes that an alert is to be sent again: to the channels that it did not reach, and to those of its rule that it was never meant
 * for. Rejects with `not_found`, or with `conflict` where it reached all of them or is on its way.
 */
export async function retryAlert(
  { journal, registry, clock, alertDeliveries, alertsVisible }: Ports,
  { id }: AdminInput<'retryAlert'>,
  caller: AdminCaller,
): Promise<void> {
  const stream = streams.alert(id);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const events = await journal.readStream(stream);
    const raised = events.find(({ type }) => type === 'AlertRaised');
    if (raised?.type !== 'AlertRaised')
      throw new Fault({ code: 'not_found', message: 'There is no such alert.', param: 'id' });
    const rule = registry.get('alertRule', raised.data.ruleId);
    const usable = (channelId: string): boolean => registry.get('alertChannel', channelId)?.status === 'active';
    const channelIds = channelsToRetry(events, rule?.channels ?? []).filter(usable);
    if (channelIds.length === 0) {
      throw new Fault(conflict('The alert reached every active channel of its rule, or is on its way.', 'id'));
    }
    const by = { ...caller, action: 'retry' };
    // Later than whatever asked before: the outcome of each asking is an event of its own.
    const retriedAtMs = Math.max(clock(), lastAskedMs(events) + 1);
    const data = { alertId: id, channelIds, by, retriedAtMs: String(retriedAtMs) };
    const appended = await journal.append({
      stream,
      expectedVersion: events.length,
      events: [{ eventId: newId(), type: 'AlertRetried', data }],
      correlationId: caller.requestId || newId(),
      causationId: raised.eventId,
    });
    if (appended.kind === 'version-conflict') continue;
    alertDeliveries.send(raised.data, channelIds, retriedAtMs);
    await alertsVisible(appended.position);
    return;
  }
  throw new Fault({ code: 'unavailable', message: 'The alert is being sent just now; send the request again.' });
}
