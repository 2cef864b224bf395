import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';
import { until } from './support/until.ts';

/** What a collector is sent: protobuf, in which names stand as text and ids as bytes. */
const exported: Buffer[] = [];
const collector = createServer(async (request, response) => {
  if (request.url === '/v1/traces') exported.push(await buffer(request));
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
});
await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
const installation = await install({
  environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` },
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  collector.closeAllConnections();
  collector.close();
});

const PROMPT = 'the prompt that nobody else may read';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

test('a request is one trace, from the client’s step to the charge, and says nothing it must not', async () => {
  const { apiKey } = await installation.customer();
  const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: PROMPT }] }),
  });
  assert.equal(response.status, 200);
  await response.text();

  const steps = [
    'POST /v1/chat/completions',
    'admit',
    'append RequestAdmitted',
    'chat gpt-4o-mini',
    'append UsageRecorded',
    'append ChargePosted',
  ];
  const spans = await until('every step of the trace', async () => {
    const found = spansOf(Buffer.concat(exported), Buffer.from(traceId, 'hex'));
    return steps.every((step) => found.some((span) => span.includes(step))) ? found : undefined;
  });
  assert.equal(spans.length, steps.length);
  const chat = spans.find((span) => span.includes('chat gpt-4o-mini'))?.toString() ?? '';
  for (const name of ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.usage.input_tokens']) {
    assert.ok(chat.includes(name), name);
  }
  const all = Buffer.concat(exported);
  for (const secret of [PROMPT, apiKey, 'Ada Lovelace', 'ada@example.com', installation.gateway().adminToken]) {
    assert.ok(!all.includes(secret));
  }
});

/** The pieces from one id of the trace to the next: a span begins with it. */
function spansOf(bytes: Buffer, id: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) starts.push(at);
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1]));
}
