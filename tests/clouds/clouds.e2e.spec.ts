import assert from 'node:assert/strict';
import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { rate } from '#money/rate.ts';
import { afterAll, test } from '#testkit/test.ts';
import { exampleCredentials } from '../../tools/simulator/src/aws/credentials.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { install } from '../e2e/support/install.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { meteredOnce } from '../e2e/support/provider-meter.ts';

/*
 * Amazon's and Google's clouds as an operator sets them up: by a command, with keys that sign and a service account. The simulator
 * verifies signatures, and takes no token but those that it has given.
 */

const simulator = await startSimulator();
const installation = await install({ simulatorUrl: simulator.url });
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
  await simulator.close();
});

const [, session] = exampleCredentials;
const awsKey = `${session?.accessKeyId}:${session?.secretAccessKey}:${session?.sessionToken}`;
const accountFile = await (await fetch(`${simulator.url}/simulator/google/service-account`)).text();
const vertex = '/v1/projects/p/locations/global/publishers';

interface Cloud {
  readonly id: string;
  readonly path: string;
  readonly apiKey: string;
  readonly model: string;
  readonly catalogue: string;
}

const clouds: readonly Cloud[] = [
  { id: 'bedrock', path: '', apiKey: awsKey, model: 'amazon.nova-lite-v1:0', catalogue: 'aws' },
  {
    id: 'bedrock-anthropic',
    path: '',
    apiKey: awsKey,
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    catalogue: 'aws',
  },
  { id: 'vertex', path: `${vertex}/google`, apiKey: accountFile, model: 'gemini-2.5-flash', catalogue: 'google' },
  {
    id: 'vertex-anthropic',
    path: `${vertex}/anthropic`,
    apiKey: accountFile,
    model: 'claude-sonnet-4-5@20250929',
    catalogue: 'google',
  },
];

for (const cloud of clouds) await setUp(cloud);

async function setUp({ id, path, apiKey, catalogue }: Cloud): Promise<void> {
  const kind = id.endsWith('anthropic') ? 'anthropic' : 'openai';
  const { code, stdout, stderr } = await gatewayctl(installation.gateway(), [
    ...['providers', 'set', id, '--kind', kind, '--preset', id, '--base-url', simulator.url + path],
    ...['--region', 'us-east-1', '--catalogue', catalogue, '--api-key', apiKey],
  ]);
  assert.equal(code, 0, stdout + stderr);
}

interface Front {
  readonly name: string;
  path(model: string, stream: boolean): string;
  body(model: string, stream: boolean): object;
}

const messages = [{ role: 'user', content: 'Hi' }];
const fronts: readonly Front[] = [
  {
    name: 'chat',
    path: () => '/v1/chat/completions',
    body: (model, stream) => ({ model, stream, messages, max_completion_tokens: 64 }),
  },
  {
    name: 'responses',
    path: () => '/v1/responses',
    body: (model, stream) => ({ model, stream, input: 'Hi', max_output_tokens: 64, store: false }),
  },
  {
    name: 'messages',
    path: () => '/v1/messages',
    body: (model, stream) => ({ model, stream, messages, max_tokens: 64 }),
  },
  {
    name: 'generateContent',
    path: (model, stream) =>
      `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: () => ({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { maxOutputTokens: 64 },
    }),
  },
];

for (const { id, model, catalogue } of clouds) {
  for (const front of fronts) {
    for (const stream of [false, true]) {
      test(`${front.name} by ${id}, ${stream ? 'streamed' : 'whole'}, is answered and charged to the nano-dollar`, async () => {
        const customer = await installation.customer();
        const named = `${id}/${model}`;
        const response = await fetch(installation.gateway().url + front.path(named, stream), {
          method: 'POST',
          headers: {
            authorization: `Bearer ${customer.apiKey}`,
            'content-type': 'application/json',
            'anthropic-version': '2023-06-01',
          },
          body: JSON.stringify(front.body(named, stream)),
        });
        const text = await response.text();
        assert.equal(response.status, 200, text);
        assert.match(text, /simulator/);
        const requestId = String(response.headers.get('x-request-id') ?? response.headers.get('request-id'));
        await installation.settled();
        const charges = await log.events('ChargePosted');
        const charge = charges.find(({ data }) => data.requestId === requestId)?.data;
        const { usage } = await meteredOnce(simulator.url, requestId);
        const price = pricedAs(catalogue, model);
        const due = rate(usage, price, { serviceTier: '', multiplierBasisPoints: 15_000 }).totalNanoUsd;
        assert.ok(due > 0n);
        assert.deepEqual([BigInt(charge?.amountNanoUsd ?? 0), charge?.estimated], [due, false]);
      });
    }
  }
}

function pricedAs(catalogue: string, name: string) {
  const models = catalogueModels(catalogue, Date.now());
  const model = models.find(({ names }) => names.includes(name)) ?? models.find(({ isSnapshot }) => isSnapshot(name));
  return (model ?? assert.fail(`the catalogue has no ${name}`)).price;
}

test('a service account asks for one token, whatever is asked of its models', async () => {
  const { issued } = (await (await fetch(`${simulator.url}/simulator/google/tokens`)).json()) as { issued: number };
  // One of each provider, which has the key for itself.
  assert.equal(issued, 2);
});

test('keys that are refused are told to the operator, and stand in no answer', async () => {
  const wrong = `${session?.accessKeyId}:${'x'.repeat(40)}:${session?.sessionToken}`;
  const [bedrock] = clouds;
  await setUp({ ...(bedrock ?? assert.fail()), apiKey: wrong });
  const tried = await gatewayctl(installation.gateway(), [
    'providers',
    'test',
    'bedrock',
    '--model',
    'amazon.nova-lite-v1:0',
  ]);
  assert.match(tried.stdout + tried.stderr, /HTTP 403/);
  assert.ok(!(tried.stdout + tried.stderr).includes('x'.repeat(40)));
});
