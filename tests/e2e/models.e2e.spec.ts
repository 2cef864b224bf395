import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { gatewayctl, gatewayctlJson } from './support/gatewayctl.ts';
import { installStandalone } from './support/standalone.ts';

const installation = await installStandalone();
afterAll(() => installation[Symbol.asyncDispose]());

interface Comparison {
  readonly same: number;
  readonly problem: string | null;
  readonly differences: readonly { readonly model: string; readonly difference: string; readonly advice: string }[];
}

test('an operator compares what a provider lists with what the gateway offers of it, and nothing is changed', async () => {
  const gateway = installation.gateway();
  const before = await gatewayctl(gateway, ['providers', 'get', 'sim-openai', '--json']);
  const compared = await gatewayctlJson<Comparison>(gateway, ['providers', 'compare-models', 'sim-openai']);
  const found = (difference: string) =>
    compared.differences.filter((each) => each.difference === difference).map(({ model }) => model);
  assert.deepEqual([compared.problem, compared.same], [null, 1]);
  assert.ok(found('new').includes('gpt-4o') && !found('new').includes('gpt-4o-mini'));
  assert.deepEqual(found('missing'), ['o3-mini', 'nobody-knows-its-price']);
  const shown = await gatewayctl(gateway, ['providers', 'compare-models', 'sim-openai']);
  assert.match(shown.stdout, /^MODEL +DIFFERENCE +ADVICE$/m);
  assert.match(shown.stdout, /^gpt-4o +new +To offer it, add it to the provider's models\.$/m);
  assert.equal((await gatewayctl(gateway, ['providers', 'get', 'sim-openai', '--json'])).stdout, before.stdout);
});

test('a provider that cannot be asked is a problem that says what to do', async () => {
  const gateway = installation.gateway();
  const change = [
    'providers',
    'set',
    'nowhere',
    '--kind',
    'openai',
    '--base-url',
    `${installation.simulatorUrl}/nowhere`,
  ];
  assert.equal((await gatewayctl(gateway, [...change, '--models', 'm'])).code, 0);
  const compared = await gatewayctlJson<Comparison>(gateway, ['providers', 'compare-models', 'nowhere']);
  assert.match(compared.problem ?? '', /HTTP 404.*check base_url/);
});

test('a model that ends is announced to clients from the moment an operator says so', async () => {
  const gateway = installation.gateway();
  const customer = await installation.customer();
  const ask = () =>
    customer.client.chat.completions
      .create({ model: 'claude-haiku-4-5', messages: [{ role: 'user', content: 'Hi' }] })
      .withResponse();
  assert.equal((await ask()).response.headers.get('sunset'), null);
  const ends = ['--retires-at', '2031-05-06T00:00:00Z', '--successor', 'claude-haiku-5-5'];
  const set = await gatewayctl(gateway, ['models', 'set', 'claude-haiku-4-5', ...ends]);
  assert.equal(set.code, 0, set.stderr);
  const { headers } = (await ask()).response;
  assert.equal(headers.get('sunset'), 'Tue, 06 May 2031 00:00:00 GMT');
  assert.equal(headers.get('x-gateway-model-successor'), 'claude-haiku-5-5');
  const shown = await gatewayctl(gateway, ['models', 'support', 'claude-haiku-4-5']);
  assert.match(shown.stdout, /it ends on 2031-05-06; use claude-haiku-5-5 instead/);
  const listed = await customer.client.models.retrieve('claude-haiku-4-5');
  assert.partialDeepStrictEqual(listed, { context_window: 200_000, retires_at: '2031-05-06T00:00:00Z' });
});
