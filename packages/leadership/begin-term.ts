import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal, Term } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';

/** Rivals that may begin a term in the same moment, each of whom costs the others a try. */
const TRIES_MAX = 16;

export interface BegunTerm extends Term {
  /** Of its beginning: whoever leads folds the log up to here before it decides. */
  readonly position: number;
  /** The log for this term: appends are refused, and `onSuperseded` called, once a later term has begun. */
  readonly journal: Journal;
}

/**
 * Begins a service's next term in the log. No event of an earlier term can follow: the log's writer refuses them. Rejects
 * with a `Fault` where the log cannot be written.
 */
export async function beginTerm(options: {
  readonly journal: Journal;
  readonly service: string;
  readonly holder: string;
  readonly onSuperseded: (error: Error) => void;
}): Promise<BegunTerm> {
  const { journal, service, holder, onSuperseded } = options;
  const stream = streams.term(service);
  let version = (await journal.readStream(stream)).length;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const epoch = version + 1;
    const data = { service, epoch, holder };
    const eventId = newId();
    const result = await journal.append({
      stream,
      expectedVersion: version,
      events: [{ eventId, type: 'TermBegan', data }],
      correlationId: eventId,
      causationId: '',
    });
    if (result.kind === 'appended') {
      return { service, epoch, position: result.position, journal: inTerm(journal, { service, epoch }, onSuperseded) };
    }
    version = result.actualVersion;
  }
  throw new Fault({ code: 'unavailable', message: `Too many processes begin to lead ${service} at once.` });
}

function inTerm(journal: Journal, term: Term, onSuperseded: (error: Error) => void): Journal {
  return {
    head: () => journal.head(),
    readStream: (stream) => journal.readStream(stream),
    read: (afterPosition) => journal.read(afterPosition),
    subscribe: (subscriber) => journal.subscribe(subscriber),
    async append(request: AppendRequest) {
      try {
        return await journal.append({ ...request, term });
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.code !== 'superseded') throw thrown;
        onSuperseded(thrown);
        const message = 'Another process has taken over; try again.';
        throw new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause: thrown });
      }
    },
  };
}
