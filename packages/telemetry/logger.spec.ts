import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { createLogger } from './logger.ts';

function loggerIntoLines(level: 'info' | 'error') {
  const lines: string[] = [];
  const logger = createLogger({ level, service: 'ingress', destination: { write: (line) => void lines.push(line) } });
  return { logger, lines };
}

describe('createLogger', () => {
  test('writes a line of JSON with the level as a word, the time in ISO form and the service', () => {
    const { logger, lines } = loggerIntoLines('info');
    logger.info({ requestId: 'r1' }, 'request');
    const line = JSON.parse(lines[0] ?? '');
    assert.match(line.time, /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual(
      { ...line, time: '' },
      { level: 'info', time: '', service: 'ingress', requestId: 'r1', msg: 'request' },
    );
  });

  test('masks secrets in fields, messages and stack traces', () => {
    const { logger, lines } = loggerIntoLines('info');
    const key = `ak_${'z'.repeat(64)}`;
    logger.info({ headers: { authorization: `Bearer ${key}` }, err: new Error(`no such key ${key}`) }, `got ${key}`);
    assert.equal(lines.length, 1);
    assert.ok(!lines.join('').includes('zzzz'));
  });

  test('is silent below its level', () => {
    const { logger, lines } = loggerIntoLines('error');
    logger.info('unheard');
    assert.deepEqual(lines, []);
  });
});
