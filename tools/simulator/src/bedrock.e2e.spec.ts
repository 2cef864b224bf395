import assert from 'node:assert/strict';
import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Scope, test } from '#testkit/test.ts';
import { exampleCredentials } from './aws/credentials.ts';
import { scripted, simulatorFor } from './testing.ts';

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const [user, session, expired] = exampleCredentials;

function clientAt(endpoint: string, more: Partial<BedrockRuntimeClientConfig> = {}): BedrockRuntimeClient {
  const { accessKeyId, secretAccessKey } = user ?? assert.fail();
  return new BedrockRuntimeClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
    // The client's own would speak HTTP/2.
    requestHandler: new NodeHttpHandler(),
    ...more,
  });
}

async function clientFor(scope: Scope, more: Partial<BedrockRuntimeClientConfig> = {}): Promise<BedrockRuntimeClient> {
  const client = clientAt(await simulatorFor(scope), more);
  scope.defer(() => client.destroy());
  return client;
}

function saying(text: string, more: Partial<ConverseCommandInput> = {}): ConverseCommandInput {
  return { modelId: claude, messages: [{ role: 'user', content: [{ text }] }], ...more };
}

const weather = {
  toolSpec: {
    name: 'weather',
    description: 'What the weather is.',
    inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
  },
};
const usage = { prompt: 100, completion: 40, cached: 30, cacheWrite: 20, cacheWriteLong: 10, reasoning: 15 };

test("Amazon's client converses, and the cache is beside the input", async (scope) => {
  const client = await clientFor(scope);
  const answer = await client.send(new ConverseCommand(saying(scripted({ usage }))));
  assert.deepEqual(answer.output?.message, {
    role: 'assistant',
    content: [{ text: 'Hello from the simulator! You said: "Hi".' }],
  });
  assert.equal(answer.stopReason, 'end_turn');
  assert.deepEqual(answer.usage, {
    inputTokens: 40,
    outputTokens: 40,
    totalTokens: 140,
    cacheReadInputTokens: 30,
    cacheWriteInputTokens: 30,
    cacheDetails: [
      { ttl: '5m', inputTokens: 20 },
      { ttl: '1h', inputTokens: 10 },
    ],
  });
});

test("Amazon's client reads a stream whose usage comes last", async (scope) => {
  const client = await clientFor(scope);
  const { stream } = await client.send(
    new ConverseStreamCommand(
      saying('Hi ä', {
        inferenceConfig: { maxTokens: 2_000 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
      }),
    ),
  );
  const seen: string[] = [];
  let [text, thought, signature, output] = ['', '', '', 0];
  for await (const event of stream ?? []) {
    seen.push(...Object.keys(event));
    const { delta } = event.contentBlockDelta ?? {};
    text += delta?.text ?? '';
    thought += delta?.reasoningContent?.text ?? '';
    signature += delta?.reasoningContent?.signature ?? '';
    output += event.metadata?.usage?.outputTokens ?? 0;
  }
  assert.equal(text, 'Hello from the simulator! You said: "Hi ä".');
  assert.equal(thought, 'The user said "Hi ä". I will answer.');
  assert.notEqual(signature, '');
  assert.deepEqual([seen[0], ...seen.slice(-2)], ['messageStart', 'messageStop', 'metadata']);
  assert.equal(output, seen.filter((name) => name === 'contentBlockDelta').length - 1);
});

test("Amazon's client calls a tool and gives its result", async (scope) => {
  const client = await clientFor(scope);
  const toolConfig = { tools: [weather] };
  const asked = saying('What is the weather?', { toolConfig });
  const { output, stopReason } = await client.send(new ConverseCommand(asked));
  const { toolUse } = output?.message?.content?.[0] ?? {};
  assert.equal(stopReason, 'tool_use');
  assert.equal(toolUse?.name, 'weather');
  assert.ok(output?.message);
  const toolResult = { toolUseId: toolUse.toolUseId, content: [{ text: 'It rains.' }] };
  const more = { role: 'user' as const, content: [{ toolResult }] };
  const ended = await client.send(
    new ConverseCommand({ ...asked, messages: [...(asked.messages ?? []), output.message, more] }),
  );
  assert.deepEqual(ended.output?.message?.content, [{ text: 'Thank you, the tool answered: "It rains.".' }]);
});

test("Amazon's client tells an exception in the middle of a stream by its name", async (scope) => {
  const client = await clientFor(scope);
  const { stream } = await client.send(new ConverseStreamCommand(saying(scripted({ midStreamError: true }))));
  await assert.rejects(
    async () => {
      for await (const _ of stream ?? []);
    },
    { name: 'ServiceUnavailableException' },
  );
});

test("Amazon's client invokes Claude in Anthropic's own format, whole and streamed", async (scope) => {
  const client = await clientFor(scope);
  const body = JSON.stringify({
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hi' }],
  });
  const whole = await client.send(new InvokeModelCommand({ modelId: claude, body }));
  const message = JSON.parse(whole.body.transformToString());
  assert.equal(message.content[0].text, 'Hello from the simulator! You said: "Hi".');
  const streamed = await client.send(new InvokeModelWithResponseStreamCommand({ modelId: claude, body }));
  const events = [];
  for await (const { chunk } of streamed.body ?? [])
    events.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()));
  assert.equal(events[0].type, 'message_start');
  assert.equal(events.map(({ delta }) => delta?.text ?? '').join(''), message.content[0].text);
  const { type, 'amazon-bedrock-invocationMetrics': metrics } = events.at(-1);
  assert.deepEqual([type, metrics.outputTokenCount], ['message_stop', message.usage.output_tokens]);
});

const secretAccessKey = 'not-the-secret-of-this-key';
for (const [who, credentials, name] of [
  ['of a temporary session is taken', session, undefined],
  ['with another secret is refused', { ...user, secretAccessKey }, 'InvalidSignatureException'],
  ['of a key that nobody knows is refused', { ...user, accessKeyId: 'AKIANOBODY' }, 'UnrecognizedClientException'],
  ['with another session is refused', { ...session, sessionToken: 'x' }, 'UnrecognizedClientException'],
  ['of a session that is over is refused', expired, 'ExpiredTokenException'],
] as const) {
  test(`a signature ${who}`, async (scope) => {
    const { accessKeyId = '', secretAccessKey: secret = '', sessionToken } = credentials ?? {};
    const client = await clientFor(scope, {
      credentials: { accessKeyId, secretAccessKey: secret, ...(sessionToken === undefined ? {} : { sessionToken }) },
    });
    const sent = client.send(new ConverseCommand(saying('Hi')));
    if (name === undefined) await sent;
    else
      await assert.rejects(
        sent,
        (error: { readonly name: string; readonly $metadata: { readonly httpStatusCode?: number } }) => {
          assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, 403]);
          return true;
        },
      );
  });
}

test('a signature of another time, and one of another body, are refused', async (scope) => {
  const late = await clientFor(scope, { systemClockOffset: -6 * 60 * 1000 });
  await assert.rejects(late.send(new ConverseCommand(saying('Hi'))), /Signature expired/);
  const changed = await clientFor(scope);
  changed.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: Uint8Array };
      request.body = Buffer.from(Buffer.from(request.body).toString().replace('Hi', 'Ho'));
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await assert.rejects(changed.send(new ConverseCommand(saying('Hi'))), { name: 'InvalidSignatureException' });
});

test('a bearer token is as good as a signature', async (scope) => {
  const client = await clientFor(scope, { token: { token: 'any' }, authSchemePreference: ['httpBearerAuth'] });
  assert.equal((await client.send(new ConverseCommand(saying('Hi')))).stopReason, 'end_turn');
});
