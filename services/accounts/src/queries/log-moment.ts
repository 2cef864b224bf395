import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { GENESIS } from '#journal/chain.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { StoredLog } from '#journal/stored-log.ts';
import { timeMs, timeText } from '#kernel/time-text.ts';

/** So few events are read at once instead of being halved further: some 50 KB, in place of seven reads. */
const LAST_READ_EVENTS = 100;

/** Where the log stood at a time. */
export interface LogMoment {
  /** The last event recorded up to then; 0: there was none. */
  readonly position: number;
  readonly chain: Buffer;
  /** 0: there was none. */
  readonly recordedAtMs: number;
  readonly head: StoredHead;
}

/** What a moment needs: the log, and what time it is. */
export interface MomentDependencies {
  readonly log: StoredLog;
  readonly nowMs: number;
}

/**
 * Finds the last event that was recorded up to a time. The log's times never fall, so it is found by halving: a log of ten million
 * events takes some 20 reads of one event. Rejects with `invalid_request` for a time in the future, at which the log is not known.
 */
export async function logMomentAt({ log, nowMs }: MomentDependencies, at: string): Promise<LogMoment> {
  const atMs = timeMs(at);
  if (atMs > nowMs) {
    throw new Fault(invalid(`'at' must not be in the future: it is ${timeText(nowMs)} here.`, 'at'));
  }
  const head = await log.storedHead();
  const event = await lastUpTo(log, head.position, atMs);
  return {
    position: event?.position ?? 0,
    chain: event?.chain ?? GENESIS,
    recordedAtMs: event?.recordedAtMs ?? 0,
    head,
  };
}

/** Where the log stood at a time, and when it began and ends. */
export async function getLogMoment(
  dependencies: MomentDependencies,
  { at }: AdminInput<'getLogMoment'>,
): Promise<AdminOutput<'getLogMoment'>> {
  const moment = await logMomentAt(dependencies, at);
  const { head } = moment;
  const ends = head.position === 0 ? [] : [1, head.position];
  const [first, newest] = await Promise.all(ends.map((position) => eventAt(dependencies.log, position)));
  return {
    ...shownMoment(moment),
    firstAt: first === undefined ? '' : timeText(first.recordedAtMs),
    headPosition: BigInt(head.position),
    headChain: head.chain.toString('hex'),
    headAt: newest === undefined ? '' : timeText(newest.recordedAtMs),
  };
}

/** A moment as every answer of history has it, so that it can be verified. */
export function shownMoment({ position, chain, recordedAtMs }: LogMoment) {
  return {
    position: BigInt(position),
    chain: chain.toString('hex'),
    recordedAt: position === 0 ? '' : timeText(recordedAtMs),
  };
}

async function lastUpTo(log: StoredLog, headPosition: number, atMs: number): Promise<StoredEvent | undefined> {
  let found: StoredEvent | undefined;
  /** The answer is not before `found`, and before `beyond`. */
  let beyond = headPosition + 1;
  let probe = headPosition;
  while (probe > (found?.position ?? 0) && beyond - (found?.position ?? 0) > LAST_READ_EVENTS) {
    const event = await eventAt(log, probe);
    if (event.recordedAtMs <= atMs) found = event;
    else beyond = probe;
    probe = Math.floor(((found?.position ?? 0) + beyond) / 2);
  }
  const after = found?.position ?? 0;
  const rest = beyond - 1 > after ? await log.readStored(after, beyond - 1 - after) : [];
  return rest.findLast(({ recordedAtMs }) => recordedAtMs <= atMs) ?? found;
}

async function eventAt(log: StoredLog, position: number): Promise<StoredEvent> {
  const [event] = await log.readStored(position - 1, 1);
  if (event?.position === position) return event;
  throw new Error(`the log has no event at position ${position}: it was tampered with`);
}
