import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from '#testkit/test.ts';
import { API_KEY, model, startTestGateway, type TestGateway, USER_ID } from '../testing.ts';

const LARGE_BYTES = 100_000;
const question = { model: model.id, messages: [{ role: 'user', content: 'x'.repeat(LARGE_BYTES) }] };

const balancesOf =
  (availableNanoUsd: bigint, heldNanoUsd = 0n) =>
  async (userIds: readonly string[]) =>
    userIds.map((userId) => ({
      userId,
      creditedNanoUsd: availableNanoUsd + heldNanoUsd,
      chargedNanoUsd: 0n,
      heldNanoUsd,
      availableNanoUsd,
    }));

function post(gateway: TestGateway, body: string | ReadableStream): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body,
    // Asked for by fetch where the body is a stream.
    duplex: 'half',
  });
}

/** Refused with the code of quota, and quota was not asked. */
async function refusedEarly(gateway: TestGateway, response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string; type: string; message: string } };
  assert.deepEqual([response.status, error.code, error.type], [402, 'insufficient_balance', 'insufficient_quota']);
  assert.equal(gateway.admitted.length, 0);
  return error.message;
}

test('a large body of a user without money is refused before it is parsed', async () => {
  await using gateway = await startTestGateway({ balances: balancesOf(0n, 1_500_000_000n) });
  const junk = `{${'x'.repeat(LARGE_BYTES)}`;
  const message = await refusedEarly(gateway, await post(gateway, junk));
  assert.match(message, /0(\.0+)? USD is available\. 1\.5(0*) USD more is set aside .* Add credit\.$/);
  await refusedEarly(gateway, await post(gateway, new Blob([junk]).stream()));
});

test('a client that asks whether to send its large body is told 402 in place of to go on', async () => {
  await using gateway = await startTestGateway({ balances: balancesOf(0n) });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    [
      'POST /v1/chat/completions HTTP/1.1',
      'host: x',
      `authorization: Bearer ${API_KEY}`,
      `content-length: ${LARGE_BYTES}`,
      'expect: 100-continue',
      'connection: close',
      '\r\n',
    ].join('\r\n'),
  );
  const [answer] = await once(socket.setEncoding('latin1'), 'data');
  assert.match(String(answer), /^HTTP\/1\.1 402 /);
  socket.destroy();
});

test('a small body is not worth a look-up, and admission decides', async () => {
  const asked: string[][] = [];
  await using gateway = await startTestGateway({
    async balances(userIds) {
      asked.push([...userIds]);
      return balancesOf(1n)(userIds);
    },
  });
  const small = { ...question, messages: [{ role: 'user', content: 'hi' }] };
  assert.equal((await post(gateway, JSON.stringify(small))).status, 200);
  assert.deepEqual(asked, []);
  assert.equal((await post(gateway, JSON.stringify(question))).status, 200);
  assert.deepEqual(asked, [[USER_ID]]);
});

test('admission decides where the balance cannot be looked up, or a model costs nothing', async () => {
  const rejecting = async () => Promise.reject(new Error('away'));
  const silent = () => new Promise<never>(() => undefined);
  for (const options of [
    { balances: rejecting },
    { balances: silent },
    { balances: balancesOf(0n), freePriceKey: model.candidates[0]?.priceKey ?? '' },
  ]) {
    await using gateway = await startTestGateway(options);
    assert.equal((await post(gateway, JSON.stringify(question))).status, 200);
    assert.equal(gateway.admitted.length, 1);
  }
});

test('a client that leaves during the look-up is nobody to wait for', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    async balances(userIds) {
      asked.resolve();
      await answer.promise;
      return balancesOf(1n)(userIds);
    },
  });
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${API_KEY}\r\ncontent-length: ${LARGE_BYTES}\r\n\r\n{`,
  );
  await asked.promise;
  socket.destroy();
  // An answer on another connection: by now the server has seen that the client left.
  await fetch(`${gateway.url}/health`);
  answer.resolve();
  await gateway.ingress.drain();
  assert.partialDeepStrictEqual(
    gateway.lines.find(({ route }) => route === '/v1/chat/completions'),
    { status: 499, error: 'client_gone' },
  );
});
