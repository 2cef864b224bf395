import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { chainHash, GENESIS, type HashedFields, leafHash } from './chain.ts';

/**
 * The expected hashes were worked out apart from this code, with Python's hashlib:
 *
 *   f = ['0', '42', '0197a3c0-…', 'request-r1', '1', 'RequestAdmitted', '1', '1750000000000', '3', 'r1', '', body]
 *   leaf = sha256(b'\0' + b''.join(struct.pack('>I', len(x.encode())) + x.encode() for x in f)).hexdigest()
 *   chain = sha256(b'\2' + bytes(32) + leaf).hexdigest()
 */
const event: HashedFields = {
  part: 0,
  position: 42,
  eventId: '0197a3c0-0000-7000-8000-000000000001',
  stream: 'request-r1',
  version: 1,
  type: 'RequestAdmitted',
  schemaVersion: 1,
  recordedAtMs: 1_750_000_000_000,
  epoch: 3,
  correlationId: 'r1',
  causationId: '',
  body: '{"requestId":"r1","model":"größe-✓-😀"}',
};

const leafHex = '2ddee9a322f62b14930e8e48b1f5d7c0ee480bbb018bf1e62b04c0e0f87af91c';

test('the leaf hash of an event is the one worked out by hand', () => {
  assert.equal(leafHash(event).toString('hex'), leafHex);
});

test('the chain hash after genesis is the one worked out by hand', () => {
  const chain = chainHash(GENESIS, leafHash(event));
  assert.equal(chain.toString('hex'), '532bf0aee4ff7ebf1b91dac19044f8bb8a8887103ded3dc91257857d7aba164b');
});

test('a body larger than the scratch buffer hashes right, and so does the small one after it', () => {
  const large = leafHash({ ...event, body: `"${'€'.repeat(200_000)}"` });
  assert.equal(large.toString('hex'), '4e8451d8384395993306d4c33bd62592646ea3b2141253e008f78b0bdd268cf7');
  assert.equal(leafHash(event).toString('hex'), leafHex);
});

test('a change of any one field changes the leaf hash', () => {
  const changes: Partial<HashedFields>[] = [
    { part: 1 },
    { position: 43 },
    { eventId: '0197a3c0-0000-7000-8000-000000000002' },
    { stream: 'request-r2' },
    { version: 2 },
    { type: 'HoldExpired' },
    { schemaVersion: 2 },
    { recordedAtMs: 1_750_000_000_001 },
    { epoch: 4 },
    { correlationId: 'r2' },
    { causationId: 'x' },
    { body: '{}' },
  ];
  for (const change of changes) {
    assert.notEqual(leafHash({ ...event, ...change }).toString('hex'), leafHex, Object.keys(change)[0]);
  }
});

test('a letter moved from one field to the next changes the leaf hash', () => {
  const one = leafHash({ ...event, correlationId: 'ab', causationId: 'c' });
  const other = leafHash({ ...event, correlationId: 'a', causationId: 'bc' });
  assert.notDeepEqual(one, other);
});

test('a returned hash stays as it is when the next is made', () => {
  const first = chainHash(GENESIS, leafHash(event));
  const before = first.toString('hex');
  chainHash(first, leafHash({ ...event, position: 43 }));
  assert.equal(first.toString('hex'), before);
});

test('a hash of another length is refused', () => {
  assert.throws(() => chainHash(Buffer.alloc(31), leafHash(event)), RangeError);
});
