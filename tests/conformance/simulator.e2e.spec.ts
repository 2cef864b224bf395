import { afterAll, describe, test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { journeys } from './journeys.ts';
import { officialSdks } from './official-sdks.ts';

/** Straight to the simulator: what fails here is the simulator's fault, not a gateway's. */
const simulator = await startSimulator();
afterAll(() => simulator.close());

const models = {
  'openai-chat': { model: 'gpt-4o-mini', thinker: 'o3-mini' },
  'openai-responses': { model: 'gpt-4o-mini', thinker: 'o3-mini' },
  'anthropic-messages': { model: 'claude-haiku-4-5', thinker: 'claude-haiku-4-5' },
  'gemini-generate': { model: 'gemini-2.5-flash', thinker: 'gemini-2.5-pro' },
};

for (const sdk of officialSdks) {
  describe(`${sdk.name}, to the simulator`, () => {
    for (const journey of journeys) {
      test(journey.guarantee, { timeoutMs: 30_000 }, () =>
        journey.go(sdk, {
          endpoint: { url: simulator.url, apiKey: 'any' },
          ...models[sdk.speaks],
          behind: sdk.speaks,
        }),
      );
    }
  });
}
