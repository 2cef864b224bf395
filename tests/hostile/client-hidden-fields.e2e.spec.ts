import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { install } from '../e2e/support/install.ts';
import { metered } from '../e2e/support/provider-meter.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const { apiKey, balance } = await installation.customer();

/** A request in which one piece of JSON stands in place of a part, a message, a tool or a field. */
const inPart = (part: string) => body(`{"role":"user","content":[{"type":"text","text":"Hi"},${part}]}`);
const inTool = (tool: string) => body('{"role":"user","content":"Hi"}', `,"tools":[${tool}]`);
const atTop = (fields: string) => body('{"role":"user","content":"Hi"}', `,${fields}`);

function body(message: string, rest = ''): string {
  return `{"model":"gpt-4o-mini","max_tokens":5,"messages":[${message}]${rest}}`;
}

async function post(text: string) {
  const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: text,
  });
  const { error } = (await response.json()) as { error?: { code: string; param: string; message: string } };
  return { status: response.status, error };
}

const image = '{"url":"https://a.example/b.png"}';
const hidden: readonly (readonly [what: string, text: string, code: string, param: string])[] = [
  [
    'a picture behind the `Type` of a text',
    inPart(`{"type":"text","Type":"image_url","text":"Hi","image_url":${image}}`),
    'invalid_request',
    'messages[0].content[1].Type',
  ],
  [
    'a type written with an escape in another case',
    inPart('{"type":"text","text":"Hi","\\u0054ype":"image_url"}'),
    'invalid_request',
    'messages[0].content[1].Type',
  ],
  [
    'a type given twice',
    inPart('{"type":"text","text":"Hi","type":"text"}'),
    'invalid_request',
    'messages[0].content[1].type',
  ],
  [
    'a type given twice, once with an escape',
    inPart('{"type":"text","text":"Hi","typ\\u0065":"image_url"}'),
    'invalid_request',
    'messages[0].content[1].type',
  ],
  [
    'sound in a part that says it is text',
    inPart('{"type":"text","text":"Hi","input_audio":{"data":"A"}}'),
    'feature_not_priced',
    // It is counted as sound, which this model has no price for.
    'model',
  ],
  [
    'sound in another case',
    inPart('{"type":"text","text":"Hi","Input_Audio":{"data":"A"}}'),
    'invalid_request',
    'messages[0].content[1].Input_Audio',
  ],
  [
    'a hosted tool behind the `Type` of a function',
    inTool('{"type":"function","Type":"web_search","function":{"name":"f"}}'),
    'invalid_request',
    'tools[0].Type',
  ],
  [
    'a function under another name',
    inTool('{"type":"function","function":{"name":"f"},"Function":{"name":"g"}}'),
    'invalid_request',
    'tools[0].Function',
  ],
  [
    'a property given twice in a schema',
    inTool('{"type":"function","function":{"name":"f","parameters":{"properties":{"a":{},"a":{}}}}}'),
    'invalid_request',
    'tools[0].function.parameters.properties.a',
  ],
  ['a longer answer with a Kelvin sign', atTop('"max_to\\u212aens":100000'), 'invalid_request', 'max_to\u212aens'],
  ['a longer answer with a long s', atTop('"max_token\\u017f":100000'), 'invalid_request', 'max_token\u017f'],
  ['a longer answer as protobuf writes it', atTop('"maxTokens":100000'), 'invalid_request', 'maxTokens'],
  ['more choices', atTop('"N":8'), 'invalid_request', 'N'],
  ['another conversation', atTop('"Messages":[]'), 'invalid_request', 'Messages'],
  [
    'a usage report that is not wanted',
    atTop('"stream_options":{"INCLUDE_USAGE":false}'),
    'invalid_request',
    'stream_options.INCLUDE_USAGE',
  ],
  ['metadata given twice', atTop('"metadata":{"a":"1","a":"2"}'), 'invalid_request', 'metadata.a'],
];
for (const [what, text, code, param] of hidden) {
  test(`${what} is refused with 400 and named by its path`, async () => {
    const { status, error } = await post(text);
    assert.deepEqual([status, error?.code, error?.param], [400, code, param]);
  });
}

test('nothing that was hidden has reached a provider or cost anything', async () => {
  await installation.settled();
  const { charged, held } = await balance();
  assert.deepEqual([charged, held], [0n, 0n]);
  assert.equal((await metered(installation.simulatorUrl)).length, 0);
});

test('a schema may have properties whose names differ by case, and metadata any names', async () => {
  const schema = '{"type":"object","properties":{"name":{"type":"string"},"Name":{"type":"string"}}}';
  const tool = `{"type":"function","function":{"name":"f","parameters":${schema}}}`;
  const { status, error } = await post(inTool(tool).replace('"max_tokens"', '"metadata":{"Type":"x"},"max_tokens"'));
  assert.equal(status, 200, JSON.stringify(error));
});
