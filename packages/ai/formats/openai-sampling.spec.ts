import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { NoPlace } from '../format.ts';
import { createUnplaced } from '../translate/unplaced.ts';
import { samplingAt } from './openai-sampling.ts';

const asked = { temperature: 1, topP: 0.95 };
const unplaced = (dropsUnplaced: boolean) =>
  createUnplaced({ spelling: { topP: 'generationConfig.topP' } }, { dropsUnplaced });

test('a model that always thinks takes no sampling: it is refused, or dropped and told by the name of the client', () => {
  for (const model of ['o4-mini', 'o3-2025-04-16', 'gpt-5', 'gpt-5-mini-2025-08-07']) {
    assert.throws(() => samplingAt(asked, model, unplaced(false)), NoPlace, model);
    const dropping = unplaced(true);
    assert.deepEqual(samplingAt(asked, model, dropping), {});
    assert.deepEqual(dropping.dropped(), ['generationConfig.topP']);
    assert.deepEqual(samplingAt({ temperature: 1, topP: 1 }, model, unplaced(false)), {});
  }
});

test('every other model gets what is asked for', () => {
  for (const model of ['gpt-4.1', 'gpt-5.6-sol', 'gpt-5-chat-latest', 'claude-sonnet-4-6', 'deepseek/o1']) {
    assert.deepEqual(samplingAt(asked, model, unplaced(false)), asked, model);
  }
});
