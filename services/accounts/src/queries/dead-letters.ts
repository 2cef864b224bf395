import type { AdminInput, AdminOutput } from '#contracts/admin.ts';
import { requestIdOf } from '#contracts/streams.ts';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import type { Selection } from '#dead-letters/dead-letter-source.ts';
import type { DeadLettersPort } from '#dead-letters/dead-letters-port.ts';
import { Fault, faultFrom } from '#errors/fault.ts';
import { timeText } from '#kernel/time-text.ts';
import type { Neighbours } from '../ports.ts';
import { pageLimit } from './page-limit.ts';

/** How long the person who asked for it waits. What is left then is tried on its own, or asked for once more. */
const RETRY_TIMEOUT_MS = 20_000;

/** A process with consumers of the log, by the name it is told by. */
export interface DeadLettersOf {
  readonly process: string;
  readonly port: DeadLettersPort;
}

/** Every process that can be asked. */
export function deadLettersOf({ deadLetters, deadLettersElsewhere = new Map() }: Neighbours): readonly DeadLettersOf[] {
  const here = deadLetters === undefined ? [] : [{ process: 'this process', port: deadLetters }];
  return [...here, ...Array.from(deadLettersElsewhere, ([process, port]) => ({ process, port }))];
}

/** What consumers of the log gave up on for now, in every process that can be asked. */
export async function listDeadLetters(
  processes: readonly DeadLettersOf[],
  { limit: asked, consumer }: AdminInput<'listDeadLetters'>,
): Promise<AdminOutput<'listDeadLetters'>> {
  const limit = pageLimit(asked);
  const pages = await Promise.all(
    processes.map(async (each) => ({ ...each, page: await settled(each.port, limit + 1) })),
  );
  const letters = pages
    .flatMap(({ page }) => page.letters)
    .filter((each) => consumer === '' || each.consumer === consumer);
  return {
    deadLetters: letters.slice(0, limit).map(shown),
    isCut: letters.length > limit,
    consumers: pages.flatMap(({ page }) => page.consumers).sort(),
    unanswered: pages.flatMap(({ process, page }) => (page.why === '' ? [] : `${process}: ${page.why}`)),
  };
}

/**
 * Tries what is stuck now. Safe to repeat: what had its outcome gets no second one.
 *
 * @param record Puts it on record. Nothing is tried where that fails.
 */
export async function retryDeadLetters(
  processes: readonly DeadLettersOf[],
  { consumer, position }: AdminInput<'retryDeadLetters'>,
  record: () => Promise<void>,
): Promise<AdminOutput<'retryDeadLetters'>> {
  const selection: Selection = position === 0n ? { kind: 'all' } : { kind: 'position', position: Number(position) };
  const having = [];
  for (const { port } of processes) {
    const { consumers } = await settled(port, 1);
    if (consumer === '' || consumers.includes(consumer)) having.push(port);
  }
  if (having.length === 0) {
    throw new Fault({ code: 'not_found', message: `There is no consumer ${consumer}.`, param: 'consumer' });
  }
  await record();
  const outcomes = await Promise.all(having.map((port) => port.retry(consumer, selection, RETRY_TIMEOUT_MS)));
  const sum = (of: 'succeededCount' | 'stuckCount') => BigInt(outcomes.reduce((total, each) => total + each[of], 0));
  return { succeeded: sum('succeededCount'), stuck: sum('stuckCount') };
}

/** One process that is away hides no other one's. */
async function settled(port: DeadLettersPort, limit: number) {
  try {
    return { ...(await port.list(limit)), why: '' };
  } catch (thrown) {
    return { letters: [], consumers: [], why: faultFrom(thrown).refusal.message };
  }
}

function shown({ position, stream, failure, tries, firstTriedAtMs, lastTriedAtMs, ...letter }: DeadLetter) {
  const { consumer, eventId, eventType } = letter;
  return {
    ...{ consumer, eventId, eventType, stream },
    position: BigInt(position),
    requestId: requestIdOf(stream) ?? '',
    errorCode: failure.code,
    errorMessage: failure.message,
    tries: BigInt(tries),
    firstTriedAt: timeText(firstTriedAtMs),
    lastTriedAt: timeText(lastTriedAtMs),
  };
}
