import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type {
  AppendRequest,
  AppendResult,
  Journal,
  NewEvent,
  Subscriber,
  Subscription,
  Term,
} from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { createMemorySubscription } from './memory-subscription.ts';

/** Events a `read` yields at a time: small, so that a test with a few hundred events sees several batches. */
const READ_BATCH_EVENTS = 100;

/**
 * The log's port kept in memory: gapless positions, expected versions, idempotent by event id, subscriptions in log
 * order. Lost with the process, so for tests only.
 */
export function createMemoryJournal(clock: Clock = systemClock): Journal {
  const log: RecordedEvent[] = [];
  const byId = new Map<string, RecordedEvent>();
  const byStream = new Map<string, RecordedEvent[]>();
  const wakers = new Set<() => void>();

  function appendNow(request: AppendRequest): AppendResult {
    if (request.events.length === 0) throw new Fault({ code: 'invalid_request', message: 'An append has no events.' });
    assertTerm(byStream, request.term);
    const repeat = findRepeat(byId, request);
    if (repeat) return { kind: 'appended', position: repeat.position, isRepeat: true };
    const stream = byStream.get(request.stream) ?? [];
    if (stream.length !== request.expectedVersion) return { kind: 'version-conflict', actualVersion: stream.length };
    for (const event of request.events) {
      const recorded = recordedEvent(request, event, log.length + 1, stream.length + 1, clock());
      log.push(recorded);
      stream.push(recorded);
      byId.set(event.eventId, recorded);
    }
    byStream.set(request.stream, stream);
    for (const wake of wakers) wake();
    return { kind: 'appended', position: log.length, isRepeat: false };
  }

  return {
    append: async (request) => appendNow(request),
    head: async () => log.length,
    readStream: async (stream) => [...(byStream.get(stream) ?? [])],
    async *read(afterPosition) {
      const head = log.length;
      for (let from = afterPosition; from < head; from += READ_BATCH_EVENTS) {
        yield log.slice(from, Math.min(from + READ_BATCH_EVENTS, head));
      }
    },
    subscribe(subscriber: Subscriber): Subscription {
      const { subscription, wake } = createMemorySubscription(log, subscriber, () => wakers.delete(wake));
      wakers.add(wake);
      wake();
      return subscription;
    },
  };
}

function assertTerm(byStream: ReadonlyMap<string, readonly RecordedEvent[]>, term: Term | undefined): void {
  if (term === undefined || byStream.get(streams.term(term.service))?.length === term.epoch) return;
  throw new Fault({ code: 'superseded', message: `Term ${term.epoch} of ${term.service} is over.` });
}

/** The last event of an append that was done before; throws `conflict` where an id is taken by anything else. */
function findRepeat(byId: ReadonlyMap<string, RecordedEvent>, request: AppendRequest): RecordedEvent | undefined {
  let known = 0;
  let last: RecordedEvent | undefined;
  for (const event of request.events) {
    const recorded = byId.get(event.eventId);
    if (!recorded) continue;
    known += 1;
    last = recorded;
    const isSame =
      recorded.stream === request.stream &&
      recorded.type === event.type &&
      recorded.body === JSON.stringify(event.data) &&
      recorded.correlationId === request.correlationId &&
      recorded.causationId === request.causationId;
    if (!isSame) throw new Fault({ code: 'conflict', message: `Event id ${event.eventId} is taken by other bytes.` });
  }
  if (known !== 0 && known !== request.events.length) {
    throw new Fault({ code: 'conflict', message: 'Some of the events are in the log already, some are not.' });
  }
  return last;
}

function recordedEvent(
  request: AppendRequest,
  event: NewEvent,
  position: number,
  version: number,
  nowMs: number,
): RecordedEvent {
  const body = JSON.stringify(event.data);
  return {
    part: 0,
    position,
    eventId: event.eventId,
    stream: request.stream,
    version,
    schemaVersion: 1,
    recordedAtMs: nowMs,
    epoch: 1,
    correlationId: request.correlationId,
    causationId: request.causationId,
    body,
    type: event.type,
    // Parsed anew, as the real log does: what a subscriber sees went through JSON.
    data: JSON.parse(body),
  } as RecordedEvent;
}
