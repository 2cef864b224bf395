import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { openLoad } from './closed-loop.ts';
import type { LoadResult } from './tally.ts';
import { bodyOf, workloads } from './workload.ts';

/** Enough for the load generator to have read some answers in full between those that it does not. */
const REQUESTS = 600;

const WHOLE = '{"choices":[{"message":{"content":"Hello from the simulator!"}}],"usage":{"total_tokens":2}}';

test('as many answers are counted as the simulator has completed, whole ones and streams', async () => {
  const simulator = await startSimulator();
  try {
    const whole = await runOn(simulator.url, { isStream: false });
    const streamed = await runOn(simulator.url, { isStream: true });
    assert.deepEqual([whole.answered, whole.failures], [REQUESTS, {}]);
    assert.deepEqual([streamed.answered, streamed.failures], [REQUESTS, {}]);
    assert.equal(streamed.firstTokensMs.length, REQUESTS);
    const meter = (await (await fetch(`${simulator.url}/simulator/meter`)).json()) as Record<
      string,
      { completed: number }
    >;
    assert.equal(meter['bench-direct']?.completed, 2 * REQUESTS);
  } finally {
    await simulator.close();
  }
});

test('a body is exactly as long as its workload says', () => {
  for (const workload of Object.values(workloads)) {
    assert.equal(bodyOf(workload, 'gateway').length, workload.bodyBytes);
    assert.equal(bodyOf(workload, 'direct').length, workload.bodyBytes);
  }
});

test('an answer with another status counts as a failure, and is shown', async () => {
  const { answered, failures } = await runAgainst((_request, response) => {
    response.writeHead(402).end('{"error":"no money"}');
  });
  assert.equal(answered, 0);
  assert.deepEqual(Object.keys(failures), ['status 402: {"error":"no money"}']);
});

test('a run ends early where everything fails, and when the server is gone', async () => {
  const { failures } = await runAgainst((request) => request.socket.destroy());
  const count = Object.values(failures).reduce((soFar, each) => soFar + each, 0);
  assert.ok(count >= 100 && count < REQUESTS);
});

test('a stream without its end counts as a failure, however cleanly the body ends', async () => {
  const { answered, failures } = await runAgainst(
    (_request, response) => response.end('data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n'),
    { isStream: true },
  );
  assert.equal(answered, 0);
  assert.match(Object.keys(failures).join(), /^no whole answer, it ends with/);
});

test('an answer that looks whole is read in full now and then, and found out', async () => {
  const whole = await runAgainst((_request, response) => response.end(WHOLE));
  assert.deepEqual([whole.answered, whole.failures], [REQUESTS, {}]);
  const junk = await runAgainst((_request, response) => response.end('{"choices":[]}'));
  assert.ok(junk.answered < REQUESTS);
  assert.match(Object.keys(junk.failures).join(), /says ""/);
});

async function runAgainst(listener: RequestListener, { isStream = false } = {}): Promise<LoadResult> {
  const server = createServer((request, response) => {
    request.resume();
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await runOn(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { isStream });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function runOn(url: string, { isStream }: { readonly isStream: boolean }): Promise<LoadResult> {
  const body = bodyOf(isStream ? workloads.stream : workloads.small, 'direct');
  const { signal } = new AbortController();
  await using load = openLoad({ url, apiKey: 'any-key', body, isStream, callers: 4, signal });
  return await load.run({ requests: REQUESTS });
}
