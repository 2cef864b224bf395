import { GENESIS } from '#journal/chain.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { Invariant, InvariantCheck, LogEnd, Violation } from './invariant.ts';
import { parseEvent } from './parse-event.ts';

export interface VerifyOptions {
  /** The whole log from position 1, in order. */
  readonly batches: AsyncIterable<readonly StoredEvent[]> | Iterable<readonly StoredEvent[]>;
  readonly invariants: readonly Invariant[];
  /** The head as the gateway states it; undefined if only a file is at hand. */
  readonly head: StoredHead | undefined;
  /** The moment of the audit; undefined: the time of the last event. */
  readonly nowMs: number | undefined;
  /** How many violations of each invariant are kept. The rest is only counted. */
  readonly violationsKeptMax: number;
  readonly onProgress?: (events: number) => void;
}

export interface InvariantResult {
  readonly id: string;
  readonly title: string;
  /** How many things were checked. */
  readonly checked: number;
  readonly violationCount: number;
  readonly violations: readonly Violation[];
}

export interface VerifyReport {
  readonly isVerified: boolean;
  readonly events: number;
  readonly lastPosition: number;
  /** The stored chain hash at the last position. An operator who notes it down can check a later log against it. */
  readonly lastChain: Buffer;
  readonly results: readonly InvariantResult[];
}

/** Checks a log against invariants in one pass. Throws only if reading the log throws. */
export async function verifyLog(options: VerifyOptions): Promise<VerifyReport> {
  const runs = options.invariants.map((invariant) => startRun(invariant, options.violationsKeptMax));
  let events = 0;
  let last: StoredEvent | undefined;
  for await (const batch of options.batches) {
    for (const event of batch) {
      const parsed = parseEvent(event);
      for (const run of runs) {
        guarded(run, event, () => {
          run.check.onStored?.(event, parsed);
          if (parsed.kind === 'conforms') run.check.onEvent?.(parsed.event);
        });
      }
      last = event;
    }
    events += batch.length;
    options.onProgress?.(events);
  }
  const lastPosition = last?.position ?? 0;
  const end: LogEnd = { lastPosition, head: options.head, nowMs: options.nowMs ?? last?.recordedAtMs ?? 0 };
  for (const run of runs) guarded(run, { position: lastPosition, stream: '' }, () => run.check.onEnd?.(end));
  const results = runs.map((run) => run.result());
  return {
    isVerified: results.every((result) => result.violationCount === 0),
    events,
    lastPosition,
    lastChain: last?.chain ?? GENESIS,
    results,
  };
}

interface Run {
  readonly check: InvariantCheck;
  readonly violate: (violation: Violation) => void;
  readonly result: () => InvariantResult;
}

function startRun({ id, title, start }: Invariant, keptMax: number): Run {
  let checked = 0;
  let violationCount = 0;
  const violations: Violation[] = [];
  const violate = (violation: Violation): void => {
    violationCount++;
    if (violations.length < keptMax) violations.push(violation);
  };
  const check = start({
    count: () => {
      checked++;
    },
    violate,
  });
  return { check, violate, result: () => ({ id, title, checked, violationCount, violations }) };
}

/** A check that throws on an event has found something that must not be there. */
function guarded(run: Run, event: { readonly position: number; readonly stream: string }, check: () => void): void {
  try {
    check();
  } catch (thrown) {
    const found = `it cannot be checked: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    run.violate({ position: event.position, stream: event.stream, expected: 'an event that can be checked', found });
  }
}
