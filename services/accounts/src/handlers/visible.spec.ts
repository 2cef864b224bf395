import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { untilVisible } from './visible.ts';

function recordingLogger() {
  const lines: unknown[] = [];
  return { lines, warn: (line: unknown) => void lines.push(line) };
}

test('what is visible is answered without a word', async () => {
  const logger = recordingLogger();
  await untilVisible([Promise.resolve(), Promise.resolve()], { logger, position: 1 });
  assert.deepEqual(logger.lines, []);
});

test('a fold that never gets there does not keep the caller waiting for ever', async () => {
  const logger = recordingLogger();
  await untilVisible([new Promise<void>(() => {})], { logger, position: 1, waitMaxMs: 1 });
  assert.equal(logger.lines.length, 1);
});

test('a fold that broke does not fail a command that is durable', async () => {
  const logger = recordingLogger();
  await untilVisible([Promise.reject(new Error('closed'))], { logger, position: 1 });
  assert.equal(logger.lines.length, 1);
});
