import type { RecordedEvent } from '#journal/recorded-event.ts';

/** The log's facts about a request whose hold is not over. */
export interface UnfinishedRequest {
  readonly admitted: RecordedEvent<'RequestAdmitted'> | undefined;
  readonly usage: RecordedEvent<'UsageRecorded'> | undefined;
}

/** The requests that were admitted and neither charged nor expired. */
export interface UnfinishedRequests {
  /** Takes the next event. Returns what was known of its request before; undefined for an event of no request. */
  apply(event: RecordedEvent): UnfinishedRequest | undefined;
  all(): Iterable<UnfinishedRequest>;
}

/** Keeps only open requests, so a log of any length costs no more than the requests that run at one time. */
export function createUnfinishedRequests(): UnfinishedRequests {
  const requests = new Map<string, UnfinishedRequest>();
  return {
    all: () => requests.values(),
    apply: (event) => {
      switch (event.type) {
        case 'RequestAdmitted': {
          const before = requests.get(event.data.requestId) ?? unknown;
          requests.set(event.data.requestId, { ...before, admitted: before.admitted ?? event });
          return before;
        }
        case 'UsageRecorded': {
          const before = requests.get(event.data.requestId) ?? unknown;
          requests.set(event.data.requestId, { ...before, usage: before.usage ?? event });
          return before;
        }
        case 'HoldExpired':
        case 'ChargePosted': {
          const before = requests.get(event.data.requestId) ?? unknown;
          requests.delete(event.data.requestId);
          return before;
        }
        default:
          return undefined;
      }
    },
  };
}

const unknown: UnfinishedRequest = { admitted: undefined, usage: undefined };
