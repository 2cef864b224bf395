import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { unpricedFeature } from './unpriced-features.ts';

const text = { type: 'text', text: 'hi' };

describe('unpricedFeature', () => {
  test('refuses what no price covers, and names the field', () => {
    const cases: Record<string, unknown> = {
      web_search_options: {},
      search_parameters: { mode: 'on' },
      enable_search: true,
      plugins: [{ id: 'web' }],
      models: ['a-dear-one'],
      fallbacks: ['a-dear-one'],
      chat_template: '{% for i in range(9999) %}x{% endfor %}',
      audio: { voice: 'alloy' },
      modalities: ['text', 'audio'],
      service_tier: 'priority',
      prediction: { type: 'content', content: 'x' },
      tools: [{ type: 'function' }, { type: 'web_search' }],
    };
    for (const [field, value] of Object.entries(cases)) {
      const refusal = unpricedFeature({ [field]: value }, []);
      assert.equal(refusal?.code, 'feature_not_priced', field);
      assert.equal(refusal?.param, field);
    }
    assert.equal(unpricedFeature({ service_tier: 'flex' }, [])?.param, 'service_tier');
  });

  test('refuses content whose tokens are not in the body', () => {
    for (const type of ['input_audio', 'file', 'video_url', 'document']) {
      const refusal = unpricedFeature({}, [{ role: 'user', content: [text, { type }] }]);
      assert.equal(refusal?.param, 'messages[0].content[1].type');
    }
    for (const field of ['input_audio', 'file', 'video_url']) {
      const refusal = unpricedFeature({}, [{ role: 'user', content: [{ ...text, [field]: { url: 'x' } }] }]);
      assert.equal(refusal?.param, `messages[0].content[0].${field}`);
      assert.equal(unpricedFeature({}, [{ role: 'user', content: [{ ...text, [field]: null }] }]), undefined);
    }
    assert.equal(unpricedFeature({}, [{ role: 'assistant', audio: { id: 'a' } }])?.param, 'messages[0].audio');
  });

  test('lets through what is priced, and what is there but asks for nothing', () => {
    const body = {
      web_search_options: null,
      enable_search: false,
      plugins: [],
      modalities: ['text'],
      service_tier: 'auto',
      tools: [{ type: 'function' }, { type: 'custom' }],
      response_format: { type: 'json_object' },
      logprobs: true,
    };
    const image = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } };
    assert.equal(
      unpricedFeature(body, [
        { role: 'user', content: [text, image] },
        { role: 'user', content: 'hi' },
      ]),
      undefined,
    );
  });
});
