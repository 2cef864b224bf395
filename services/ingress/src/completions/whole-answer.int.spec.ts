import assert from 'node:assert/strict';
import type { CompleteFrame } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { completionBytes, connectTo, end, head, startTestGateway } from '../testing.ts';
import { clientOf, errorOf, post, question } from './testing.ts';
import { WHOLE_HELD_MAX_BYTES } from './whole-answer.ts';

const PIECE = Buffer.alloc(50_000, 'x');
const failure: CompleteFrame = {
  kind: 'failure',
  failure: { code: 'upstream_cut', message: 'It broke off.', providerBody: null, providerStatus: 0 },
};

/** The frames of a document of so many pieces, and how it ends. */
const inPieces = (pieces: number, last: CompleteFrame) =>
  async function* (): AsyncGenerator<CompleteFrame> {
    yield head('application/json');
    for (let sent = 0; sent < pieces; sent++) yield { kind: 'data', data: PIECE };
    yield last;
  };
const LARGE = Math.ceil(WHOLE_HELD_MAX_BYTES / PIECE.length) + 40;
const SMALL = 3;

test('a document that came in a few pieces has its length', async () => {
  await using gateway = await startTestGateway({ frames: inPieces(SMALL, end) });
  const response = await post(gateway, JSON.stringify(question));
  assert.equal(response.headers.get('content-length'), String(SMALL * PIECE.length));
  assert.equal((await response.arrayBuffer()).byteLength, SMALL * PIECE.length);
});

test('a document beyond the bound is passed on as it comes, whole', async () => {
  await using gateway = await startTestGateway({ frames: inPieces(LARGE, end) });
  const response = await post(gateway, JSON.stringify(question));
  assert.equal(response.headers.get('transfer-encoding'), 'chunked');
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal((await response.arrayBuffer()).byteLength, LARGE * PIECE.length);
});

test('a failure within the bound is a proper error, though pieces came before', async () => {
  await using gateway = await startTestGateway({ frames: inPieces(SMALL, failure) });
  const error = await errorOf(clientOf(gateway).chat.completions.create(question));
  assert.deepEqual([error.status, error.code], [502, 'upstream_cut']);
});

test('a failure beyond the bound breaks off, and no client takes what it has for whole', async () => {
  await using gateway = await startTestGateway({ frames: inPieces(LARGE, failure) });
  const response = await post(gateway, JSON.stringify(question));
  assert.equal(response.status, 200);
  await assert.rejects(response.arrayBuffer(), /terminated/);
  await gateway.ingress.drain();
  assert.partialDeepStrictEqual(
    gateway.lines.find(({ msg }) => msg === 'request'),
    { status: 200, error: 'upstream_cut' },
  );
});

for (const stream of [false, true]) {
  test(`a client of HTTP/1.0 tells a ${stream ? 'stream' : 'document'} that broke off by a reset`, async () => {
    await using whole = await startTestGateway({ frames: inPieces(LARGE, end) });
    using pleased = await connectTo(whole);
    pleased.socket.write(completionBytes({ stream }, '1.0'));
    assert.equal(await pleased.closed, 'end');
    assert.ok(pleased.received().length > LARGE * PIECE.length);
    await using broken = await startTestGateway({ frames: inPieces(LARGE, failure) });
    using warned = await connectTo(broken);
    warned.socket.write(completionBytes({ stream }, '1.0'));
    assert.equal(await warned.closed, 'ECONNRESET');
  });
}

test('a document is asked for only as its client reads', async () => {
  const pieces = 1_000;
  let asked = 0;
  const { promise: stalled, resolve: stall } = Promise.withResolvers<void>();
  await using gateway = await startTestGateway({
    async *frames() {
      yield head('application/json');
      let timer: NodeJS.Timeout | undefined;
      for (; asked < pieces; asked++) {
        clearTimeout(timer);
        // Nobody asked for the next piece for so long: the socket is full.
        timer = setTimeout(stall, 200);
        yield { kind: 'data', data: PIECE };
      }
      clearTimeout(timer);
      yield end;
    },
  });
  const response = await post(gateway, JSON.stringify(question));
  await stalled;
  assert.ok(asked < pieces, 'all pieces were taken from the router while the client read none');
  assert.equal((await response.arrayBuffer()).byteLength, pieces * PIECE.length);
});
