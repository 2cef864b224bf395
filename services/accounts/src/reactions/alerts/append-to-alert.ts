import { streams } from '#contracts/streams.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';

/** Watching, delivery and a retry write to one alert's stream: each try reads it anew. */
const TRIES = 5;

/** Appends an event to its alert's stream, once: an event that is there already is left as it is. Rejects where the log does. */
export async function appendToAlert(
  journal: Pick<Journal, 'append' | 'readStream'>,
  event: NewEvent<'AlertResolved'> | NewEvent<'AlertDelivered'> | NewEvent<'AlertDeliveryFailed'>,
): Promise<void> {
  const stream = streams.alert(event.data.alertId);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const events = await journal.readStream(stream);
    if (events.some(({ eventId }) => eventId === event.eventId)) return;
    const result = await journal.append({
      stream,
      expectedVersion: events.length,
      events: [event],
      correlationId: event.data.alertId,
      causationId: events[0]?.eventId ?? '',
    });
    if (result.kind === 'appended') return;
  }
  throw new Error(`the stream ${stream} grows with every try`);
}
