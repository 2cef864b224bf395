import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { redactLine } from './redact.ts';

const KEY = `ak_${'aB3'.repeat(21)}x`;

describe('redactLine', () => {
  test('masks a gateway key wherever it stands, and keeps the line valid JSON', () => {
    const line = redactLine(JSON.stringify({ msg: `who sent ${KEY}?`, nested: { deep: [KEY] } }));
    assert.ok(!line.includes(KEY.slice(3)));
    assert.deepEqual(JSON.parse(line), { msg: 'who sent ak_[redacted]?', nested: { deep: ['ak_[redacted]'] } });
  });

  test('masks provider keys, bearer tokens and passwords in URLs', () => {
    const secrets = ['sk-proj-abcdefgh12345678', 'AIzaSyA1234567890', 'hunter2hunter2', 'a.b.c-token_1'];
    const line = redactLine(
      JSON.stringify({
        a: 'sk-proj-abcdefgh12345678',
        b: 'key=AIzaSyA1234567890',
        c: 'postgres://gateway:hunter2hunter2@localhost:5432/x',
        d: 'authorization was Bearer a.b.c-token_1',
      }),
    );
    for (const secret of secrets) assert.ok(!line.includes(secret), `${secret} is in ${line}`);
    assert.match(line, /postgres:\/\/gateway:\[redacted\]@localhost/);
  });

  test('masks the value of a header or setting that carries a secret, quotes inside it included', () => {
    const line = redactLine(
      JSON.stringify({
        headers: { authorization: 'opaque', 'x-api-key': 'a"b', cookie: 'c=d' },
        adminToken: 'plain',
        openaiApiKey: 'plain',
      }),
    );
    const masked = '[redacted]';
    assert.deepEqual(JSON.parse(line), {
      headers: { authorization: masked, 'x-api-key': masked, cookie: masked },
      adminToken: masked,
      openaiApiKey: masked,
    });
  });

  test('leaves an ordinary line as it is', () => {
    const line = JSON.stringify({ requestId: '0190', keyId: 'k1', tokens: 12, status: 200, path: '/v1/models' });
    assert.equal(redactLine(line), line);
  });
});
