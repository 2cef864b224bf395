import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult, Journal, Term } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';

/**
 * Asks for a stream's version by expecting one that none has. The stream of terms grows with every leader there was and is
 * never read; and a guess that comes true might be a successor's term.
 */
const NO_VERSION = 2 ** 31 - 1;

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
 * with a `Fault` (`unavailable`) where the log cannot be written, or the lease is not held now: a term begun after that of
 * a successor would end it.
 */
export async function beginTerm(options: {
  readonly journal: Journal;
  readonly service: string;
  readonly holder: string;
  /** Whether this process holds the lease. */
  readonly isHeld: () => boolean;
  readonly onSuperseded: (error: Error) => void;
}): Promise<BegunTerm> {
  const { journal, service, holder, isHeld, onSuperseded } = options;
  const stream = streams.term(service);
  let version = NO_VERSION;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    // Before each try: what it is told of the last one may be a successor's term.
    if (!isHeld()) throw new Fault({ code: 'unavailable', message: `The lease of ${service} is not held now.` });
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
