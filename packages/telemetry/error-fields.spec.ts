import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { errorText } from './error-fields.ts';
import { createLogger } from './logger.ts';

const PASSWORD = 'hunter-7f3a';

function faultWithSecrets(): Error {
  const url = Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: `redis://:${PASSWORD}/x` });
  const auth = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: [PASSWORD] }, cause: url });
  return new AggregateError([auth, url], `at postgres://gateway:${PASSWORD}@db:5432`, { cause: auth });
}

test('of an error with what a driver attached to it, a log line has what tells of the fault and no password', () => {
  let line = '';
  const logger = createLogger({
    level: 'info',
    service: 'x',
    destination: {
      write: (text) => {
        line += text;
      },
    },
  });
  logger.error({ err: faultWithSecrets() }, 'it failed');
  assert.ok(!line.includes(PASSWORD), line);
  const { err } = JSON.parse(line) as { err: { message: string; stack: string; aggregateErrors: { code?: string }[] } };
  assert.match(err.message, /at postgres:.*WRONGPASS.*Invalid URL/);
  assert.match(err.stack, /faultWithSecrets/);
  assert.equal(err.aggregateErrors[1]?.code, 'ERR_INVALID_URL');
});

test('the same holds for an error as text', () => {
  const text = errorText(faultWithSecrets());
  assert.ok(!text.includes(PASSWORD), text);
  assert.match(text, /caused by: Error: WRONGPASS/);
  assert.equal(errorText('Bearer abcdefghijkl'), 'Bearer [redacted]');
});
