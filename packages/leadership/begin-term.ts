import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, AppendResult, Journal, Term } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';

/**
 * A version that no stream has, to ask for a stream's version by expecting it. The stream of terms grows with every
 * leader and is never read. A guess that comes true might be a successor's term.
 */
const NO_VERSION = 2 ** 31 - 1;

/** How many rivals may begin a term at the same moment. Each costs the others a try. */
const TRIES_MAX = 16;

export interface BegunTerm extends Term {
  /** The position of the term's beginning. The leader folds the log up to here before it decides. */
  readonly position: number;
  /** The log for this term. Once a later term has begun, appends are refused and `onSuperseded` is called. */
  readonly journal: Journal;
  /**
   * Ends the term from within: later appends are refused as `unavailable`, and `onSuperseded` is no longer called.
   * Resolves when every append under way is settled, which takes as long as the log may take to answer.
   */
  end(): Promise<void>;
}

/**
 * Begins a service's next term in the log. No event of an earlier term can follow: the log's writer refuses it. Rejects
 * with a `Fault` (`unavailable`) if the log cannot be written, or if the lease is not held now: a term begun after a
 * successor's would end the successor's term.
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
    // Checked before each try: the version that the last try learned may be that of a successor's term.
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
