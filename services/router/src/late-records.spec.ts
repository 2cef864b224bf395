import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { Usage } from '#ai/usage.ts';
import type { AppendRequest, AppendResult } from '#journal/journal.ts';
import { used } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import { createLateRecords } from './late-records.ts';

const usage = { input: 7, output: 2 };
const append: AppendRequest = {
  stream: 'request-r',
  expectedVersion: 1,
  events: [{ eventId: 'e', ...used({ requestId: 'r', userId: 'u', provider: 'p', model: 'm', usage }) }],
  correlationId: 'r',
  causationId: 'a',
};

/** The traces of a usage for this answer of the log: a line, and the counted losses. */
async function leftBy(result: AppendResult) {
  const lines: string[] = [];
  const lost: [string, Usage][] = [];
  const late = createLateRecords({
    journal: { append: async () => result },
    logger: pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) }),
    losses: { add: (...loss) => void lost.push(loss), begin: () => undefined },
  });
  late.add(append);
  await late.close();
  assert.equal(lines.length, 1);
  return { line: JSON.parse(lines[0] ?? '') as Record<string, unknown>, lost };
}

test('a usage that comes late and is on record is said to be', async () => {
  const { line, lost } = await leftBy({ kind: 'appended', position: 3, isRepeat: false });
  assert.deepEqual(lost, []);
  assert.deepEqual([line['level'], line['msg']], [30, 'a usage that came late was brought to the log']);
});

test('one that comes after its hold has ended is said to be lost, with what was used', async () => {
  const { line, lost } = await leftBy({ kind: 'version-conflict', actualVersion: 2 });
  assert.deepEqual(lost, [['p', usage]]);
  assert.partialDeepStrictEqual(line, { level: 50, requestId: 'r', usage, msg: 'a usage never came on record' });
});
