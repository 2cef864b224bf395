import assert from 'node:assert/strict';
import { afterAll, describe, test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { install } from '../e2e/support/install.ts';
import { type BackendName, backendKeys, backendProviders, backends, formatBehind } from '../formats/backends.ts';
import { journeys } from './journeys.ts';
import { officialSdks } from './official-sdks.ts';
import { otherJourneys } from './other-journeys.ts';
import { socketJourneys } from './socket-journeys.ts';

/** Every SDK through a gateway, to providers that speak each of the formats: the SDK's own, and the others translated. */
const simulator = await startSimulator();
const installation = await install({
  simulatorUrl: simulator.url,
  providers: backendProviders(simulator.url),
  environment: await backendKeys(simulator.url),
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await simulator.close();
});
const { apiKey } = await installation.customer({ creditUsd: '1000' });
const endpoint = { url: installation.gateway().url, apiKey };

for (const sdk of officialSdks) {
  for (const name of Object.keys(backends) as BackendName[]) {
    const { model, thinker } = backends[name];
    const behind = formatBehind(name);
    describe(`${sdk.name}, and ${name} behind the gateway`, () => {
      for (const journey of journeys) {
        test(journey.guarantee, { timeoutMs: 30_000 }, () => journey.go(sdk, { endpoint, model, thinker, behind }));
      }
    });
  }

  describe(`${sdk.name}, refused by the gateway itself`, () => {
    const { model } = backends['openai-chat'];
    for (const stream of [false, true]) {
      test(`a wrong key is thrown as authentication${stream ? ', of a stream' : ''}`, async () => {
        const asked = sdk.ask({ ...endpoint, apiKey: 'ak_wrong' }, { model, text: 'Hi', stream });
        await assert.rejects(asked, (error) => isKind(sdk.kindOf(error), 'authentication', error));
      });
      test(`a model that nobody has is thrown as not found${stream ? ', of a stream' : ''}`, async () => {
        const asked = sdk.ask(endpoint, { model: 'no-such-model', text: 'Hi', stream });
        await assert.rejects(asked, (error) => isKind(sdk.kindOf(error), 'not-found', error));
      });
    }
  });
}

describe('beside chats, through the gateway', () => {
  for (const journey of [...otherJourneys, ...socketJourneys])
    test(journey.guarantee, { timeoutMs: 30_000 }, () => journey.go(endpoint));
});

test('when all have gone, nothing is held any more', () => installation.settled());

function isKind(kind: string, expected: string, error: unknown): true {
  assert.equal(kind, expected, String(error));
  return true;
}
