import assert from 'node:assert/strict';
import pg from 'pg';
import { test } from '#testkit/test.ts';
import { connectionString, withDatabase } from './connection-string.ts';

const parts = { host: '127.0.0.1', port: 5433, user: 'gate way', password: 'p/@:?#ä', database: 'a b' };

function parsed(text: string): Pick<pg.Client, 'host' | 'port' | 'user' | 'password' | 'database'> {
  const { host, port, user, password, database } = new pg.Client({ connectionString: text });
  return { host, port, user, password, database } as Pick<
    pg.Client,
    'host' | 'port' | 'user' | 'password' | 'database'
  >;
}

test('a driver reads back every part of a connection over TCP, special characters included', () => {
  assert.deepEqual(parsed(connectionString(parts)), parts);
});

test('a driver reads back the socket directory of a connection over a Unix socket, blanks included', () => {
  const local = { ...parts, host: '/tmp/some where/data' };
  assert.deepEqual(parsed(connectionString(local)), local);
});

test('changing the database keeps server, user and password', () => {
  const local = { ...parts, host: '/tmp/x' };
  assert.deepEqual(parsed(withDatabase(connectionString(local), 'test_1')), { ...local, database: 'test_1' });
});
