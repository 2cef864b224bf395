import type { Violation } from '#audit/invariant.ts';
import { rangeInvariants } from '#audit/invariants.ts';
import { verifyLog } from '#audit/verify-log.ts';
import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { GENESIS } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import { timeText } from '#kernel/time-text.ts';

/** Some 60 ms of a core. */
const RANGE_DEFAULT_EVENTS = 2_000;

/** Between two reads other work has its turn: some 7 ms of a core each, beside clients' answers in the same process. */
const READ_EVENTS = 250;

/** The first show what is wrong. */
const VIOLATIONS_SHOWN = 20;

/**
 * Recomputes a range of the log's chain, and holds each of its events against the rules that need nothing before the range. Who
 * gives each range the end of the one before has recomputed the whole chain. The rules that need the whole log are
 * `gatewayctl audit verify`'s.
 */
export async function verifyRange(
  log: StoredLog,
  request: AdminInput<'verifyRange'>,
): Promise<AdminOutput<'verifyRange'>> {
  const after = Number(request.after);
  const head = await log.storedHead();
  if (after > head.position) throw new Fault(invalid(`'after' is beyond the log's head, ${head.position}.`, 'after'));
  const limit = request.limit === 0 ? RANGE_DEFAULT_EVENTS : request.limit;
  const end = Math.min(head.position, after + limit);
  const stored = await chainAt(log, after);
  const given = request.chain === '' ? stored : chainFrom(request.chain);
  let last: StoredEvent | undefined;
  const report = await verifyLog({
    batches: readRange(log, after, end),
    invariants: rangeInvariants({ position: after, chain: given }),
    head: end === head.position && after < end ? head : undefined,
    nowMs: undefined,
    violationsKeptMax: VIOLATIONS_SHOWN,
  });
  const violations = report.results.flatMap(({ id, title, violations }) =>
    violations.map((violation) => ({ ...shown(violation), rule: id, title })),
  );
  const isRewritten = after === end && !given.equals(stored);
  return {
    checked: report.events,
    position: BigInt(end),
    chain: (last?.chain ?? stored).toString('hex'),
    at: last === undefined ? '' : timeText(last.recordedAtMs),
    headPosition: BigInt(head.position),
    headChain: head.chain.toString('hex'),
    isAtHead: end === head.position,
    violationCount: BigInt(
      report.results.reduce((sum, { violationCount }) => sum + violationCount, isRewritten ? 1 : 0),
    ),
    violations: (isRewritten ? [rewritten(after, given, stored), ...violations] : violations).slice(
      0,
      VIOLATIONS_SHOWN,
    ),
    rules: report.results.map(({ id, title }) => `${id}: ${title}`),
  };

  async function* readRange(from: StoredLog, first: number, to: number) {
    for (let position = first; position < to; ) {
      const events = await from.readStored(position, Math.min(READ_EVENTS, to - position));
      last = events.at(-1);
      // A log that stops before its head: the rules say so.
      if (last === undefined) return;
      yield events;
      position = last.position;
    }
  }
}

/** The chain hash that the log has at a position. */
async function chainAt(log: StoredLog, position: number): Promise<Buffer> {
  if (position === 0) return GENESIS;
  const [event] = await log.readStored(position - 1, 1);
  if (event?.position === position) return event.chain;
  throw new Fault(invalid(`The log has no event at position ${position}: it was tampered with.`, 'after'));
}

function chainFrom(hex: string): Buffer {
  if (/^[0-9a-f]{64}$/.test(hex)) return Buffer.from(hex, 'hex');
  throw new Fault(invalid("'chain' must be 64 hexadecimal digits.", 'chain'));
}

function shown({ position, stream, expected, found }: Violation) {
  return { position: BigInt(position), stream, expected, found };
}

/** Of a range without an event no rule sees the chain. */
function rewritten(position: number, given: Buffer, stored: Buffer) {
  const violation = { position, stream: '', expected: given.toString('hex'), found: stored.toString('hex') };
  return { ...shown(violation), rule: 'I2', title: 'every event hashes to its stored chain hash, to the head' };
}
