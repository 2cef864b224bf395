import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { nearest } from './nearest.ts';

const names = ['GATEWAY_PORT', 'GATEWAY_GRPC_PORT', 'GATEWAY_HOST'];

test('a slip of the hand is told from another name', () => {
  assert.equal(nearest('GATEWAY_PROT', names), 'GATEWAY_PORT');
  assert.equal(nearest('GATEWAY_GRPCPORT', names), 'GATEWAY_GRPC_PORT');
  assert.equal(nearest('GATEWAY_TEMPERATURE', names), undefined);
});

test('a short name is not changed beyond recognition', () => {
  assert.equal(nearest('ab', ['xy']), undefined);
  assert.equal(nearest('ab', ['aby']), 'aby');
  assert.equal(nearest('', ['a']), undefined);
});
