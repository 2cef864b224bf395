import { Fault } from '#errors/fault.ts';
import { bodyText, parsedLate } from '#journal/event-body.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { SCHEMA_VERSION } from '../writer/number-batch.ts';
import type { SerializedAppend, Settlement } from '../writer/serialized-append.ts';
import { PLACEMENT_FIELDS, type Placements } from './messages.ts';

interface OpenAppend {
  readonly request: AppendRequest;
  readonly serialized: SerializedAppend;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (fault: Fault) => void;
}

/** Appends that the writer's thread has not answered yet. Their events as objects do not cross. */
export interface OpenAppends {
  add(request: AppendRequest): { readonly serialized: SerializedAppend; readonly result: Promise<AppendResult> };
  /** The events of a commit in log order, and a function that answers their authors. */
  commit(
    placements: Placements,
    epoch: number,
    recordedAtMs: number,
  ): { readonly events: readonly RecordedEvent[]; readonly answer: () => void };
  settle(settlement: Settlement): void;
  refuseAll(reason: string): void;
}

export function createOpenAppends(part: number): OpenAppends {
  const appends = new Map<number, OpenAppend>();
  let lastId = 0;

  function takeOut(id: number): OpenAppend {
    const append = appends.get(id);
    if (append === undefined) throw new Error(`the log's writer answered append ${id}, which nobody waits for`);
    appends.delete(id);
    return append;
  }

  return {
    add(request) {
      lastId += 1;
      const serialized = serialize(lastId, request);
      const { promise: result, resolve, reject } = Promise.withResolvers<AppendResult>();
      appends.set(lastId, { request, serialized, resolve, reject });
      return { serialized, result };
    },
    commit(placements, epoch, recordedAtMs) {
      const events: RecordedEvent[] = [];
      const done: { readonly append: OpenAppend; readonly position: number }[] = [];
      for (let at = 0; at < placements.length; at += PLACEMENT_FIELDS) {
        const [id = 0, firstPosition = 0, firstVersion = 0] = placements.subarray(at, at + PLACEMENT_FIELDS);
        const append = takeOut(id);
        recordInto(events, append, { part, epoch, recordedAtMs, firstPosition, firstVersion });
        done.push({ append, position: firstPosition + append.serialized.events.length - 1 });
      }
      return {
        events,
        answer() {
          for (const { append, position } of done) append.resolve({ kind: 'appended', position, isRepeat: false });
        },
      };
    },
    settle(settlement) {
      const append = takeOut(settlement.id);
      if ('result' in settlement) append.resolve(settlement.result);
      else append.reject(new Fault(settlement.refusal));
    },
    refuseAll(reason) {
      for (const append of appends.values()) {
        append.reject(new Fault({ code: 'unavailable', message: reason, retryAfterMs: 1_000 }));
      }
      appends.clear();
    },
  };
}

function serialize(id: number, request: AppendRequest): SerializedAppend {
  const { stream, expectedVersion, correlationId, causationId, term } = request;
  const events = request.events.map((event) => ({ eventId: event.eventId, type: event.type, body: bodyText(event) }));
  return { id, stream, expectedVersion, correlationId, causationId, term, events };
}

function recordInto(
  events: RecordedEvent[],
  { request, serialized }: OpenAppend,
  place: Pick<RecordedEvent, 'part' | 'epoch' | 'recordedAtMs'> & {
    readonly firstPosition: number;
    readonly firstVersion: number;
  },
): void {
  const { part, epoch, recordedAtMs, firstPosition, firstVersion } = place;
  const { stream, correlationId, causationId, traceparent } = request;
  const trace = traceparent === undefined ? undefined : { traceparent };
  for (const [index, event] of request.events.entries()) {
    const recorded = {
      type: event.type,
      part,
      position: firstPosition + index,
      eventId: event.eventId,
      stream,
      version: firstVersion + index,
      schemaVersion: SCHEMA_VERSION,
      recordedAtMs,
      epoch,
      correlationId,
      causationId,
      body: serialized.events[index]?.body ?? '',
      ...trace,
    };
    // An event decided in this process has its object. An event that came as text is parsed by the subscriber that reads it.
    const whole = event.body === undefined ? { ...recorded, data: event.data } : parsedLate(recorded);
    // Type and body belong together: they came in together.
    events.push(whole as RecordedEvent);
  }
}
