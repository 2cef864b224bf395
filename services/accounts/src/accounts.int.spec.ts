import assert from 'node:assert/strict';
import type { AccountsPort } from '#contracts/accounts.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { type AccountsUnderTest, startAccounts } from './testing.ts';

let running: AccountsUnderTest;
let accounts: AccountsPort;

beforeAll(async () => {
  running = await startAccounts();
  accounts = running.accounts;
});

afterAll(() => running.stop());

const ada = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  requestsPerMinute: 60,
  multiplierBasisPoints: 0,
  idempotencyKey: '',
};

const faultOf = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

test('a user that was created is there at once, with the keys it has', async () => {
  const user = await accounts.createUser(ada);
  assert.deepEqual(await accounts.getUser(user.userId), { ...user, keys: [] });
  assert.equal(user.name, 'Ada Lovelace');
  const { key } = await accounts.createApiKey({ userId: user.userId, name: 'laptop', idempotencyKey: '' });
  assert.deepEqual(await accounts.getUser(user.userId), { ...user, keys: [key] });
});

test('a key authenticates as soon as it is issued, and never again once it is revoked', async () => {
  const { userId } = await accounts.createUser(ada);
  const { key, apiKey } = await accounts.createApiKey({ userId, name: 'laptop', idempotencyKey: '' });
  const other = await accounts.createApiKey({ userId, name: 'server', idempotencyKey: '' });
  assert.deepEqual(running.whose(apiKey), { keyId: key.keyId, userId });
  assert.equal(apiKey.slice(0, 11), key.prefix);

  assert.deepEqual(await accounts.revokeApiKey(key.keyId), { ...key, isRevoked: true });
  assert.equal(running.whose(apiKey), undefined);
  assert.deepEqual(running.whose(other.apiKey), { keyId: other.key.keyId, userId });

  const headBefore = await running.journal.head();
  assert.deepEqual(await accounts.revokeApiKey(key.keyId), { ...key, isRevoked: true });
  assert.equal(await running.journal.head(), headBefore);
  const { keys } = await accounts.getUser(userId);
  assert.deepEqual(
    keys.map(({ name, isRevoked }) => [name, isRevoked]),
    [
      ['laptop', true],
      ['server', false],
    ],
  );
});

test('a key that was never issued does not authenticate', async () => {
  const { userId } = await accounts.createUser(ada);
  const { apiKey } = await accounts.createApiKey({ userId, name: '', idempotencyKey: '' });
  const changed = apiKey.slice(0, -1) + (apiKey.endsWith('a') ? 'b' : 'a');
  for (const text of ['', 'ak_', changed, `${apiKey} `, apiKey.toUpperCase()]) {
    assert.equal(running.whose(text), undefined, text);
  }
});

test('the same idempotency key creates one user, however often and however much at once', async () => {
  const command = { ...ada, idempotencyKey: 'signup 1' };
  const users = await Promise.all(Array.from({ length: 8 }, () => accounts.createUser(command)));
  assert.equal(new Set(users.map((user) => user.userId)).size, 1);
  const [user] = users;
  assert.ok(user);
  assert.equal((await running.journal.readStream(`user-${user.userId}`)).length, 1);

  const { key } = await accounts.createApiKey({ userId: user.userId, name: 'laptop', idempotencyKey: '' });
  assert.deepEqual(await accounts.createUser(command), { ...user, keys: [key] });
  await assert.rejects(
    accounts.createUser({ ...command, email: 'other@example.com' }),
    faultOf('idempotency_key_reused'),
  );
  await assert.rejects(accounts.createUser({ ...command, requestsPerMinute: 1 }), faultOf('idempotency_key_reused'));
});

test('the same idempotency key credits once; another credits again', async () => {
  const { userId } = await accounts.createUser(ada);
  const command = { userId, amountNanoUsd: 5_000_000_000n, reason: 'invoice', idempotencyKey: 'i1' };
  const credits = await Promise.all(Array.from({ length: 8 }, () => accounts.creditBalance(command)));
  assert.equal(new Set(credits.map((credit) => credit.creditId)).size, 1);
  await assert.rejects(accounts.creditBalance({ ...command, amountNanoUsd: 1n }), faultOf('idempotency_key_reused'));
  await accounts.creditBalance({ ...command, idempotencyKey: 'i2' });
  await accounts.creditBalance({ ...command, idempotencyKey: '' });
  await accounts.creditBalance({ ...command, idempotencyKey: '' });

  const events = await running.journal.readStream(`user-${userId}`);
  assert.deepEqual(
    events.map((event) => event.type),
    ['UserCreated', ...Array.from({ length: 4 }, () => 'BalanceCredited')],
  );
});

test('the same idempotency key gives one API key, in the first answer and in every repeat', async () => {
  const { userId } = await accounts.createUser(ada);
  const command = { userId, name: 'laptop', idempotencyKey: 'a text that nobody guesses' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => accounts.createApiKey(command)));
  const [first] = answers;
  assert.ok(first);
  for (const answer of answers) assert.deepEqual(answer, first);
  assert.equal(running.whose(first.apiKey)?.keyId, first.key.keyId);
  assert.equal((await running.journal.readStream(`key-${first.key.keyId}`)).length, 1);

  const other = await accounts.createApiKey({ ...command, idempotencyKey: 'another text' });
  assert.notEqual(other.apiKey, first.apiKey);
  await assert.rejects(accounts.createApiKey({ ...command, name: 'server' }), faultOf('idempotency_key_reused'));
});

test('one idempotency key is another one for another user', async () => {
  const first = await accounts.createUser(ada);
  const second = await accounts.createUser(ada);
  const credit = { amountNanoUsd: 1n, reason: '', idempotencyKey: 'same' };
  const credits = [
    await accounts.creditBalance({ ...credit, userId: first.userId }),
    await accounts.creditBalance({ ...credit, userId: second.userId }),
  ];
  assert.notEqual(credits[0]?.creditId, credits[1]?.creditId);
});

test('what does not exist is not found, whatever its id looks like', async () => {
  const credit = { amountNanoUsd: 1n, reason: '', idempotencyKey: '' };
  for (const id of ['019a0000-0000-7000-8000-000000000000', '', 'a\u0000b', "' or 1=1", 'x'.repeat(100_000)]) {
    await assert.rejects(accounts.getUser(id), faultOf('not_found'));
    await assert.rejects(accounts.createApiKey({ userId: id, name: '', idempotencyKey: '' }), faultOf('not_found'));
    await assert.rejects(accounts.revokeApiKey(id), faultOf('not_found'));
    await assert.rejects(accounts.creditBalance({ ...credit, userId: id }), faultOf('not_found'));
  }
});

test('bad values are refused and leave nothing behind, not even a key for the person', async () => {
  const headBefore = await running.journal.head();
  const subjectKeysBefore = await running.countOf('subject_key');
  await assert.rejects(accounts.createUser({ ...ada, name: '' }), faultOf('invalid_request'));
  await assert.rejects(accounts.createUser({ ...ada, name: 'a\u0000' }), faultOf('invalid_request'));
  await assert.rejects(accounts.createUser({ ...ada, idempotencyKey: 'x'.repeat(256) }), faultOf('invalid_request'));
  await assert.rejects(accounts.listUsers({ afterUserId: '', limit: 0 }), faultOf('invalid_request'));
  await assert.rejects(accounts.listUsers({ afterUserId: '', limit: 1001 }), faultOf('invalid_request'));
  await assert.rejects(accounts.listUsers({ afterUserId: 'x', limit: 1 }), faultOf('invalid_request'));
  assert.equal(await running.journal.head(), headBefore);
  assert.equal(await running.countOf('subject_key'), subjectKeysBefore);
});

test('paging through the users shows each once, in order', async () => {
  for (let n = 0; n < 5; n += 1) await accounts.createUser(ada);
  const all = await accounts.listUsers({ afterUserId: '', limit: 1000 });
  const paged: string[] = [];
  for (;;) {
    const page = await accounts.listUsers({ afterUserId: paged.at(-1) ?? '', limit: 2 });
    if (page.length === 0) break;
    paged.push(...page.map((user) => user.userId));
  }
  assert.deepEqual(
    paged,
    all.map((user) => user.userId),
  );
  assert.deepEqual(paged, [...new Set(paged)].sort());
  assert.equal(paged.length, await running.countOf('app_user'));
});

test('a person whose subject key is deleted is forgotten, and the user goes on', async () => {
  const command = { ...ada, idempotencyKey: 'to be forgotten' };
  const { userId } = await accounts.createUser(command);
  const { apiKey } = await accounts.createApiKey({ userId, name: 'laptop', idempotencyKey: '' });
  await running.pool.query('delete from accounts.subject_key where user_id = $1', [userId]);

  const user = await accounts.getUser(userId);
  assert.deepEqual([user.name, user.email, user.requestsPerMinute], ['', '', 60]);
  assert.equal(running.whose(apiKey)?.userId, userId);
  // A late repeat of the creation must not bring the person back.
  await assert.rejects(accounts.createUser(command), faultOf('idempotency_key_reused'));
  assert.equal((await accounts.getUser(userId)).name, '');
});

test('neither a key nor a name nor an e-mail is in any event', async () => {
  const secrets = { ...ada, name: 'Grace Hopper', email: 'grace@navy.example' };
  const { userId } = await accounts.createUser(secrets);
  const { apiKey } = await accounts.createApiKey({ userId, name: 'laptop', idempotencyKey: '' });
  const log = (await wholeLog(running.journal)).map((event) => JSON.stringify(event)).join('\n');
  assert.match(log, new RegExp(userId));
  // Long enough that no random text in the log holds one by chance.
  const hidden = ['Grace Hopper', 'Hopper', 'Lovelace', 'grace@', 'ada@', 'example', apiKey, apiKey.slice(11)];
  for (const secret of hidden) assert.ok(!log.includes(secret), secret);
  for (const secret of ['Grace Hopper', 'grace@navy.example', apiKey]) {
    assert.ok(!log.includes(Buffer.from(secret).toString('base64url').slice(0, -2)), secret);
  }
});

async function wholeLog(journal: Journal): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of journal.read(0)) events.push(...batch);
  return events;
}
