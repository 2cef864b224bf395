import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import { noUsage } from './domain/usage/token-usage.ts';
import { createLateRecords } from './late-records.ts';

const usage = { ...noUsage, inputTokens: 7, outputTokens: 2 };
const append: AppendRequest = {
  stream: 'request-r',
  expectedVersion: 1,
  events: [
    {
      eventId: 'e',
      type: 'UsageRecorded',
      data: {
        requestId: 'r',
        userId: 'u',
        outcome: 'OUTCOME_COMPLETED',
        provider: 'p',
        model: 'm',
        usage,
        estimated: false,
        estimatePolicy: '',
        attempts: [],
        firstByteMs: 1,
        durationMs: 1,
        recordedAtMs: '1',
      },
    },
  ],
  correlationId: 'r',
  causationId: 'a',
};

/** The line that is left by a usage that the log answers so. */
async function lineFor(result: AppendResult): Promise<Record<string, unknown>> {
  const lines: string[] = [];
  const late = createLateRecords({
    journal: { append: async () => result },
    logger: pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) }),
  });
  late.add(append);
  await late.close();
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0] ?? '');
}

test('a usage that comes late and is on record is said to be', async () => {
  const { level, msg } = await lineFor({ kind: 'appended', position: 3, isRepeat: false });
  assert.deepEqual([level, msg], [30, 'a usage that came late was brought to the log']);
});

test('one that comes after its hold has ended is said to be lost, with what was used', async () => {
  const line = await lineFor({ kind: 'version-conflict', actualVersion: 2 });
  assert.partialDeepStrictEqual(line, { level: 50, requestId: 'r', usage, msg: 'a usage never came on record' });
});
