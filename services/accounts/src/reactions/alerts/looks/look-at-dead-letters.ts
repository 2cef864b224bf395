import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import { deadLettersReadings, type LookedAtConsumer } from '../../../domain/alert/readings/dead-letters.ts';
import { deadLettersOf } from '../../../queries/dead-letters.ts';
import type { Look } from './look.ts';

/** Of each process: more of them are not counted. */
const LETTERS_MAX = 1_000;

/** Consumers of the log in every process that answers, and what is stuck before them. */
export const lookAtDeadLetters: Look = async (rule, { neighbours, nowMs }) => {
  const asked = deadLettersOf(neighbours);
  const answers = await Promise.allSettled(asked.map(({ port }) => port.list(LETTERS_MAX)));
  const pages = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const consumers = pages.flatMap((page) =>
    page.consumers.map((consumer) =>
      lookedAt(
        consumer,
        page.letters.filter((letter) => letter.consumer === consumer),
      ),
    ),
  );
  return { readings: deadLettersReadings(rule, consumers, nowMs), isWhole: pages.length === asked.length };
};

function lookedAt(consumer: string, letters: readonly DeadLetter[]): LookedAtConsumer {
  const [first] = letters;
  return {
    consumer,
    letters: letters.length,
    position: first?.position ?? 0,
    sinceMs: letters.reduce(
      (sinceMs, { firstTriedAtMs }) => Math.min(sinceMs, firstTriedAtMs),
      first?.firstTriedAtMs ?? 0,
    ),
  };
}
