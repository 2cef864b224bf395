import { parseBody } from '#contracts/parse-body.ts';
import type { RecordedEvent } from './recorded-event.ts';
import type { StoredEvent } from './stored-event.ts';

/** A stored row as subscribers see it: with its body parsed, and without its place in the chain. */
export function recordedEventOf({ chain: _, ...envelope }: StoredEvent): RecordedEvent {
  return { ...envelope, data: parseBody(envelope.type, envelope.body) } as RecordedEvent;
}
