import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult, Journal, Term } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';

/** Rivals that may begin a term in the same moment, each of whom costs the others a try. */
const TRIES_MAX = 16;

export interface BegunTerm extends Term {
  /** Of its beginning: whoever leads folds the log up to here before it decides. */
  readonly position: number;
  /** The log for this term: appends are refused, and `onSuperseded` called, once a later term has begun. */
  readonly journal: Journal;
  /**
   * Ends the term from within: what is appended from now on is refused as `unavailable`, and nobody is told of a later
   * term. Resolves when every append under way is settled, which takes as long as the log may take to answer.
   */
  end(): Promise<void>;
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
  // A guess that the log corrects: the stream grows with every leader there was, and is never read. Not 0, for a stream that
  // shall not exist is not looked up but tried, and fails with the commit it is in.
  let version = 1;
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
      return { service, epoch, position: result.position, ...inTerm(journal, { service, epoch }, onSuperseded) };
    }
    version = result.actualVersion;
  }
  throw new Fault({ code: 'unavailable', message: `Too many processes begin to lead ${service} at once.` });
}

function inTerm(
  journal: Journal,
  term: Term,
  onSuperseded: (error: Error) => void,
): Pick<BegunTerm, 'journal' | 'end'> {
  const underWay = new Set<Promise<unknown>>();
  let isOver = false;

  async function append(request: AppendRequest): Promise<AppendResult> {
    if (isOver) throw takenOver();
    const result = journal.append({ ...request, term });
    underWay.add(result);
    try {
      return await result;
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'superseded') throw thrown;
      if (!isOver) onSuperseded(thrown);
      throw takenOver(thrown);
    } finally {
      underWay.delete(result);
    }
  }

  return {
    journal: {
      head: () => journal.head(),
      readStream: (stream) => journal.readStream(stream),
      read: (afterPosition) => journal.read(afterPosition),
      subscribe: (subscriber) => journal.subscribe(subscriber),
      append,
    },
    async end() {
      isOver = true;
      await Promise.allSettled(underWay);
    },
  };
}

function takenOver(cause?: unknown): Fault {
  const message = 'Another process takes over; try again.';
  return new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause });
}
