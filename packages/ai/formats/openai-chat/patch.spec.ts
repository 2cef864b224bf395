import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { NoPlace, type Target } from '../../format.ts';
import { patchChat } from './patch.ts';
import { openAiRules, testTarget } from './testing.ts';

function patch(text: string, target: Partial<Target> = {}): string {
  const parsed = JSON.parse(text);
  return patchChat(Buffer.from(text), parsed, testTarget({ stream: parsed.stream === true, ...target })).toString();
}

const maxTokens = { rules: { ...openAiRules, maxTokensField: 'max_tokens' } } as const;

test('a body that needs nothing is passed on as the very same bytes', () => {
  const body = Buffer.from('{ "model":"m",  "max_completion_tokens": 5, "x_unknown": {"deep":[1.0, 1e3]} }');
  assert.equal(patchChat(body, JSON.parse(body.toString()), testTarget()), body);
});

test('the admitted bound is written in after the first brace where the client left it open', () => {
  const text = ' {"model":"m","messages":[{"role":"user","content":"ß {"}],"seed":12345678901234567890}';
  assert.equal(patch(text), text.replace('{"model"', '{"max_completion_tokens":500,"model"'));
  assert.equal(patch(text, maxTokens), text.replace('{"model"', '{"max_tokens":500,"model"'));
});

test('the bound goes out under the name that the provider goes by, and under no other', () => {
  for (const [text, target, expected] of [
    ['{"model":"m","max_completion_tokens":1}', maxTokens, { max_tokens: 1 }],
    ['{"model":"m","max_completion_tokens":1,"max_tokens":null}', maxTokens, { max_tokens: 1 }],
    ['{"model":"m","max_completion_tokens":1,"max_tokens":900}', maxTokens, { max_tokens: 500 }],
    ['{"model":"m","max_tokens":1}', {}, { max_completion_tokens: 1 }],
    ['{"model":"m","max_tokens":1,"max_completion_tokens":null}', {}, { max_completion_tokens: 1 }],
    ['{"model":"m","max_tokens":501,"max_completion_tokens":7}', {}, { max_completion_tokens: 7 }],
    ['{"model":"m","max_tokens":501,"max_completion_tokens":700}', {}, { max_completion_tokens: 500 }],
    ['{"model":"m","max_tokens":null}', {}, { max_completion_tokens: 500 }],
    ['{"model":"m","max_tokens":900,"max_tokens":6}', {}, { max_completion_tokens: 6 }],
    ['{ "model":"m" }', {}, { max_completion_tokens: 500 }],
  ] as const) {
    assert.deepEqual(JSON.parse(patch(text, target)), { model: 'm', ...expected }, text);
  }
});

test('digits of numbers stay, whatever is written anew', () => {
  const text =
    '{"model":"openai/m","messages":[],"seed":9007199254740993,"max_tokens":null,"x":{"maximum":9223372036854775807}}';
  const patched = patch(text);
  assert.match(patched, /"seed":9007199254740993,/);
  assert.match(patched, /"maximum":9223372036854775807/);
  assert.equal(JSON.parse(patched).model, 'm');
});

test('a stream is asked for its usage, and keeps what else its options say', () => {
  const bounded = '{"model":"m","max_completion_tokens":5,"stream":true';
  assert.equal(patch(`${bounded}}`), `{"stream_options":{"include_usage":true},${bounded.slice(1)}}`);
  const asked = `${bounded},"stream_options":{"include_usage":true}}`;
  assert.equal(patch(asked), asked);
  const options = JSON.parse(patch(`${bounded},"stream_options":{"include_usage":false,"x":1}}`)).stream_options;
  assert.deepEqual(options, { include_usage: true, x: 1 });
});

test('a provider that refuses stream options gets none, of ours or of the client', () => {
  const rules = { ...openAiRules, takesStreamOptions: false };
  const bounded = '{"model":"m","max_completion_tokens":5,"stream":true';
  assert.equal(patch(`${bounded}}`, { rules }), `${bounded}}`);
  assert.equal(patch(`${bounded},"stream_options":{"include_usage":true}}`, { rules }), `${bounded}}`);
});

test('the wish for the cost stays with the gateway', () => {
  assert.equal(
    patch('{"model":"m","usage":{"include":true},"max_completion_tokens":5}'),
    '{"model":"m","max_completion_tokens":5}',
  );
});

test('fields that a provider calls otherwise are renamed, and no rule puts another in the place of a bound', () => {
  const rules = { ...openAiRules, renamed: { seed: 'random_seed', user: 'max_completion_tokens', top_p: 'p' } };
  const text = '{"model":"m","max_completion_tokens":5,"seed": 9007199254740993,"user":9999,"top_p":1,"p":0.5}';
  const expected = '{"model":"m","max_completion_tokens":5,"random_seed": 9007199254740993,"user":9999,"p":0.5}';
  assert.equal(patch(text, { rules }), expected);
});

test('what a provider refuses has no place, or is left out where that is wished', () => {
  const rules = { ...openAiRules, refused: ['seed', 'logit_bias'] };
  const text = '{"model":"m","max_completion_tokens":5,"seed":1,"logit_bias":null}';
  assert.throws(
    () => patch(text, { rules }),
    (thrown) => thrown instanceof NoPlace && thrown.what === 'seed',
  );
  assert.equal(patch(text, { rules, dropsUnplaced: true }), '{"model":"m","max_completion_tokens":5}');
});

test('what a prediction may cost is taken off the bound, and one that is longer than it has no place', () => {
  const prediction = { type: 'content', content: 'x'.repeat(100) };
  const bytes = JSON.stringify(prediction).length;
  const text = JSON.stringify({ model: 'm', prediction });
  assert.equal(JSON.parse(patch(text)).max_completion_tokens, 500 - bytes);
  assert.throws(() => patch(text, { outputTokensMax: bytes }), NoPlace);
  const named = JSON.stringify({ model: 'm', prediction, max_completion_tokens: 7 });
  assert.equal(JSON.parse(patch(named, { outputTokensMax: 7 + bytes })).max_completion_tokens, 7);
});
