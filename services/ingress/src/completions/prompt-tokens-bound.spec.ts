import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { promptTokensBound } from './prompt-tokens-bound.ts';

const HIDDEN = 1_000;
const IMAGE = 50_000;

/** The bound of a conversation, with the length of the body it would be sent in. */
function boundOf(content: unknown, stringify: (value: unknown) => string = JSON.stringify) {
  const messages = [{ role: 'user', content }];
  const bodyBytes = Buffer.byteLength(stringify({ model: 'm', messages }));
  const bound = promptTokensBound(bodyBytes, messages);
  assert.ok('tokens' in bound);
  return { bodyBytes, tokens: bound.tokens, estimate: bound.estimate };
}

describe('promptTokensBound', () => {
  test('is the bytes of the body for text, and what providers add', () => {
    const { bodyBytes, tokens, estimate } = boundOf('Grüße 👋');
    assert.equal(tokens, bodyBytes + HIDDEN);
    assert.equal(estimate, Math.ceil(bodyBytes / 4));
  });

  test('is never below the bytes of the text, however it is escaped', () => {
    const content = 'é👋"\\\n\u0001';
    const escaped = (value: unknown) =>
      JSON.stringify(value).replace(
        /[^\x20-\x7e]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    for (const stringify of [JSON.stringify, escaped]) {
      assert.ok(boundOf(content, stringify).tokens >= Buffer.byteLength(content));
    }
  });

  test('counts an image in a part of another type as well, and its bytes as text', () => {
    const part = { type: 'text', text: 'hi', image_url: { url: 'data:image/png;base64,AAAA' } };
    const { bodyBytes, tokens } = boundOf([part]);
    assert.equal(tokens, bodyBytes + IMAGE + HIDDEN);
  });

  test('counts an image as the dearest there is and not by its bytes, in either of its forms', () => {
    const base64 = 'A'.repeat(1_000_000);
    for (const image_url of [{ url: `data:image/png;base64,${base64}` }, `data:image/png;base64,${base64}`]) {
      const { bodyBytes, tokens } = boundOf([{ type: 'image_url', image_url }]);
      assert.equal(tokens, bodyBytes - base64.length + IMAGE + HIDDEN);
    }
    const { bodyBytes, tokens, estimate } = boundOf([
      { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
    ]);
    assert.equal(tokens, bodyBytes + IMAGE + HIDDEN);
    assert.equal(estimate, Math.ceil(bodyBytes / 4) + 1_000);
  });

  test('takes nothing off for what is not an image’s data, or is text that looks like it', () => {
    const text = `data:image/png;base64,${'A'.repeat(100)}`;
    for (const content of [text, [{ type: 'text', text }]]) {
      const { bodyBytes, tokens } = boundOf(content);
      assert.equal(tokens, bodyBytes + HIDDEN);
    }
    const odd = boundOf([{ type: 'image_url', image_url: 7 }, { type: 'image_url' }]);
    assert.equal(odd.tokens, odd.bodyBytes + 2 * IMAGE + HIDDEN);
  });

  test('refuses more images than the contract’s bound can count', () => {
    const images = Array.from({ length: 1_501 }, () => ({ type: 'image_url', image_url: { url: 'x' } }));
    assert.ok('refusal' in promptTokensBound(1_000, [{ role: 'user', content: images }]));
  });
});
