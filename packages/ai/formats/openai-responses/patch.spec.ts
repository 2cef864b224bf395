import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { NoPlace } from '../../format.ts';
import { patchResponses } from './patch.ts';
import { rules, target } from './testing.ts';

const patched = (json: string, to = target) => patchResponses(Buffer.from(json), JSON.parse(json), to).toString();

test('the model, the bound and the state are the gateway’s; all other bytes stay', () => {
  const json =
    '{ "model": "alias",\n "input" : [{"role":"user","content":"12345678901234567890"}], "n": 12345678901234567890, "temperature": 1.0}';
  assert.equal(
    patched(json),
    '{"max_output_tokens":1000,"store":false, "model":"gpt-5.6",\n "input" : [{"role":"user","content":"12345678901234567890"}], "n": 12345678901234567890, "temperature": 1.0}',
  );
});

test('a request that says all of it stays byte for byte', () => {
  const json = '{"model": "gpt-5.6", "store": false, "max_output_tokens": 20, "service_tier": "flex", "input": "x"}';
  const body = Buffer.from(json);
  assert.equal(patchResponses(body, JSON.parse(json), target), body);
});

test('a bound above the admitted one is lowered, and null is none', () => {
  for (const asked of ['5000', 'null']) {
    const sent = JSON.parse(patched(`{"model":"gpt-5.6","input":"x","max_output_tokens":${asked},"store":true}`));
    assert.deepEqual([sent.max_output_tokens, sent.store], [1_000, false]);
  }
});

test('searches have a bound, and the client’s own counts', () => {
  const tools = '"tools":[{"type":"web_search"}]';
  assert.equal(JSON.parse(patched(`{"model":"m","input":"x",${tools}}`)).max_tool_calls, 5);
  assert.equal(JSON.parse(patched(`{"model":"m","input":"x",${tools},"max_tool_calls":2}`)).max_tool_calls, 2);
  assert.equal(JSON.parse(patched('{"model":"m","input":"x"}')).max_tool_calls, undefined);
});

test('the response before is not asked for: its items are in the input', () => {
  assert.equal(
    patched(
      '{"model":"gpt-5.6","previous_response_id":"resp_1","usage":{"include":true},"input":"x","store":false,"max_output_tokens":5}',
    ),
    '{"model":"gpt-5.6","input":"x","store":false,"max_output_tokens":5}',
  );
});

test('thoughts of other formats’ models stay behind', () => {
  const own = { type: 'reasoning', summary: [], encrypted_content: 'gAAA' };
  const foreign = {
    type: 'reasoning',
    summary: [],
    encrypted_content: 'gateway-proof:anthropic-messages:signature:Eq',
  };
  const user = { role: 'user', content: 'gateway-proof: 12345678901234567890' };
  const { input } = JSON.parse(patched(JSON.stringify({ model: 'm', input: [own, foreign, user] })));
  assert.deepEqual(input, [own, user]);
});

test('a bound that a provider names otherwise is lowered under its name', () => {
  const own = { ...rules, renamed: { max_output_tokens: 'max_tokens' } };
  for (const asked of ['', '"max_output_tokens":5000,', '"max_output_tokens":null,']) {
    const sent = JSON.parse(patched(`{${asked}"model":"gpt-5.6","input":"x"}`, { ...target, rules: own }));
    assert.deepEqual([sent.max_tokens, sent.max_output_tokens], [1_000, undefined]);
  }
});

test('fields that a provider names otherwise are renamed, and those it refuses are refused or left out', () => {
  const json = '{"model":"gpt-5.6","input":"x","store":false,"max_output_tokens":5,"user":"u","top_p":1}';
  const own = { ...rules, renamed: { user: 'end_user' }, refused: ['top_p', 'store'] };
  assert.throws(() => patched(json, { ...target, rules: own }), NoPlace);
  assert.equal(
    patched(json, { ...target, rules: own, dropsUnplaced: true }),
    '{"model":"gpt-5.6","input":"x","max_output_tokens":5,"end_user":"u"}',
  );
});
