import assert from 'node:assert/strict';
import { Metadata, status } from '@grpc/grpc-js';
import { type ErrorCode, errorTable } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { faultOfStatus, grpcStatusOf, statusOfFault } from './fault-status.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

test('every code of the error table has a gRPC status that is not OK', () => {
  for (const code of codes) assert.notEqual(grpcStatusOf(code), status.OK, code);
});

test('a fault comes back from its status with code, message, field and waiting time', () => {
  for (const code of codes) {
    const refusal = { code, message: 'Größe: too large', param: 'größe', retryAfterMs: 1500 };
    const sent = statusOfFault(new Fault(refusal));
    const { code: grpcCode, details = '', metadata = new Metadata() } = sent;
    assert.ok(grpcCode !== undefined);
    assert.deepEqual(faultOfStatus({ code: grpcCode, details, metadata }, 'host:1').refusal, refusal);
  }
});

test('what a handler threw that is not a fault is internal, and its message stays inside', () => {
  const sent = statusOfFault(new Error('password=hunter2'));
  assert.equal(sent.code, status.INTERNAL);
  assert.doesNotMatch(JSON.stringify(sent), /hunter2/);
});

test('what says that a database is away is unavailable for whoever called, with a time to come again', () => {
  const sent = statusOfFault(Object.assign(new Error('connect ECONNREFUSED /secret'), { code: 'ECONNREFUSED' }));
  const { code: grpcCode, details = '', metadata = new Metadata() } = sent;
  assert.equal(grpcCode, status.UNAVAILABLE);
  const { refusal } = faultOfStatus({ code: status.UNAVAILABLE, details, metadata }, 'host:1');
  assert.equal(refusal.code, 'unavailable');
  assert.ok((refusal.retryAfterMs ?? 0) > 0);
  assert.doesNotMatch(refusal.message, /secret/);
});

test('a status from the transport becomes the nearest fault', () => {
  const fault = faultOfStatus({ code: status.UNAVAILABLE, details: 'refused', metadata: new Metadata() }, 'host:1');
  assert.deepEqual(fault.refusal, { code: 'unavailable', message: 'host:1 does not answer.' });
});
