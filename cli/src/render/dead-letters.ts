import { requestIdOf } from '#contracts/streams.ts';
import type { DeadLetter } from '#dead-letters/dead-letter.ts';
import type { DeadLetterList, RetryReport, Unanswered } from '../dead-letters-source.ts';
import { table } from './table.ts';

export function deadLetterJson(letter: DeadLetter) {
  const { consumer, position, eventId, eventType, stream, failure, tries } = letter;
  return {
    consumer,
    position,
    eventId,
    eventType,
    stream,
    requestId: requestIdOf(stream),
    error: failure,
    tries,
    firstTriedAt: time(letter.firstTriedAtMs),
    lastTriedAt: time(letter.lastTriedAtMs),
  };
}

export function deadLetterListText({ deadLetters, hasMore, consumers, unanswered }: DeadLetterList): string {
  const asked = `Asked: ${consumers.join(', ')}.`;
  const stuck = deadLetters.length === 0 ? ['Nothing is stuck.'] : [lettersText(deadLetters)];
  const more = hasMore ? ['There are more: see --limit.'] : [];
  return [...stuck, ...more, asked, ...unanswered.map(unansweredText)].join('\n');
}

export function retryText({ succeededCount, stuckCount, succeeded, stuck, unanswered }: RetryReport): string {
  if (succeededCount + stuckCount === 0) return ['Nothing was stuck.', ...unanswered.map(unansweredText)].join('\n');
  return [
    `${succeededCount} succeeded, ${stuckCount} stuck still.`,
    ...(succeeded.length === 0 ? [] : ['Succeeded:', table(succeeded.map(placeOf))]),
    ...(stuck.length === 0 ? [] : ['Stuck still:', lettersText(stuck)]),
    ...unanswered.map(unansweredText),
  ].join('\n');
}

function lettersText(letters: readonly DeadLetter[]): string {
  return table(
    letters.map((letter) => [
      ...placeOf(letter),
      `${letter.tries} tries`,
      `since ${time(letter.firstTriedAtMs)}`,
      `last ${time(letter.lastTriedAtMs)}`,
      `${letter.failure.code}: ${letter.failure.message}`,
    ]),
  );
}

function placeOf({ consumer, position, eventType, stream }: DeadLetter): string[] {
  return [consumer, String(position), eventType, stream];
}

function unansweredText({ address, message }: Unanswered): string {
  return `Not known of ${address}: ${message}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
