import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { isOutage } from './is-outage.ts';

const withCode = (code: string): Error => Object.assign(new Error('broken'), { code });

test('what is away, late or superseded is an outage', () => {
  for (const code of ['unavailable', 'request_timeout', 'superseded'] as const) {
    assert.ok(isOutage(new Fault({ code, message: 'm' })), code);
  }
  for (const code of [
    '08006',
    '53100',
    '57P01',
    '57P03',
    '53300',
    '58030',
    '40001',
    '55P03',
    '25006',
    'ECONNREFUSED',
    'EPIPE',
  ]) {
    assert.ok(isOutage(withCode(code)), code);
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ]) {
    assert.ok(isOutage(new Error(message)), message);
  }
});

test('what says something about the event, and what is not known, is none', () => {
  for (const code of ['conflict', 'invalid_request', 'internal_error'] as const) {
    assert.ok(!isOutage(new Fault({ code, message: 'm' })), code);
  }
  for (const code of ['23514', '22P02', '42P01', '42501', 'ERR_INVALID_ARG_TYPE']) assert.ok(!isOutage(withCode(code)));
  for (const thrown of [new TypeError('x is undefined'), 'a text', undefined]) assert.ok(!isOutage(thrown));
});
