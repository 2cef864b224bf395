import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { faultFrom } from './fault.ts';

const withCode = (code: string, more: object = {}): Error => Object.assign(new Error('broken'), { code, ...more });

/** Errors of a lost, refused or failing database, in the driver's words and the server's. */
const away = [
  ...['08006', '53100', '53300', '57P01', '57P03', '25006', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND'].map(
    (code) => withCode(code),
  ),
  withCode('ENOENT', { syscall: 'connect' }),
  new Error('Connection terminated unexpectedly'),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Query read timeout'),
  new Error('Client was closed and is not queryable'),
];

test('whatever a database that is away says, the client is told unavailable and when to come again', () => {
  for (const thrown of away) {
    const { refusal, httpStatus, cause } = faultFrom(thrown);
    assert.deepEqual([refusal.code, httpStatus], ['unavailable', 503], String(thrown));
    assert.ok((refusal.retryAfterMs ?? 0) > 0);
    assert.equal(cause, thrown);
    assert.doesNotMatch(refusal.message, /broken|terminated|timeout/i);
  }
});

test('what says something about the statement, or a file, stays an internal error', () => {
  const others = [
    ...['23505', '42P01', '22003', 'ENOENT', 'ERR_ASSERTION'].map((code) => withCode(code)),
    new Error('no'),
  ];
  for (const thrown of others) assert.equal(faultFrom(thrown).code, 'internal_error', String(thrown));
});
