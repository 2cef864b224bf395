import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { openChatTap } from './tap.ts';
import { noEnd, testTap } from './testing.ts';

const chunk = (content: string, extra = '') =>
  `data: {"id":"c","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]${extra}}\n\n`;
const finish = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const usageChunk =
  'data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}\n\n';
const done = 'data: [DONE]\n\n';

/** Feeds the bytes in pieces of a length and returns the output. */
function run(text: string, pieceBytes = Number.POSITIVE_INFINITY, isUsageHidden = true) {
  const decoder = openChatTap(testTap({ stream: true, isUsageHidden }));
  const bytes = Buffer.from(text);
  const passed: Buffer[] = [];
  for (let at = 0; at < bytes.length && decoder.status() === 'open'; at += pieceBytes) {
    const out = decoder.push(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length)));
    if (out) passed.push(out);
  }
  decoder.end();
  return {
    passed: Buffer.concat(passed).toString(),
    closing: decoder.closing(noEnd).toString(),
    status: decoder.status(),
    usage: decoder.usage(),
    failure: decoder.failure(),
    sample: decoder.sample(),
  };
}

test('events pass byte for byte wherever the chunks are split, inside UTF-8 and line breaks too', () => {
  const content = chunk('Grüße 👋 "usage" [DONE] "error": {}') + chunk('…');
  for (let pieceBytes = 1; pieceBytes < 80; pieceBytes += 1) {
    const result = run(content + finish + usageChunk + done, pieceBytes);
    assert.equal(result.passed, content, `pieces of ${pieceBytes}`);
    assert.equal(result.closing, finish + done);
    assert.equal(result.status, 'whole');
    assert.equal(result.usage?.usage.input, 7);
  }
});

test('CRLF streams pass with their own line breaks', () => {
  const crlf = (text: string) => text.replaceAll('\n', '\r\n');
  for (const pieceBytes of [1, 2, 3, 1000]) {
    const result = run(crlf(chunk('a') + finish + usageChunk + done), pieceBytes);
    assert.equal(result.passed, crlf(chunk('a')));
    assert.deepEqual([result.closing, result.status], [crlf(finish + done), 'whole']);
  }
});

test('a client that asked for usage gets its chunk, but not before the end', () => {
  const result = run(chunk('a') + finish + usageChunk + done, 1000, false);
  assert.equal(result.passed, chunk('a'));
  assert.equal(result.closing, finish + usageChunk + done);
});

test('a stream without [DONE] is whole where each choice has finished and the bytes end cleanly', () => {
  const result = run(chunk('a') + finish + usageChunk);
  assert.deepEqual([result.status, result.passed, result.closing], ['whole', chunk('a'), finish + done]);
  assert.equal(result.usage?.usage.output, 2);
  const two = finish.replace('"index":0', '"index":1');
  assert.equal(run(chunk('a') + two).status, 'open');
  assert.equal(run(chunk('a') + two + finish).status, 'whole');
});

test('a stream that ends before a reason to finish was cut', () => {
  assert.equal(run(chunk('a') + usageChunk).status, 'open');
  assert.equal(run(chunk('a')).status, 'open');
});

test('a last [DONE] without its blank line counts, half of one does not', () => {
  assert.deepEqual(
    [run(`${chunk('a')}data: [DONE]`).status, run(`${chunk('a')}data: [DONE]`).closing],
    ['whole', done],
  );
  assert.equal(run(`${chunk('a')}data: [DON`).status, 'open');
});

test('an event that was cut in its middle does not pass', () => {
  const result = run(`${chunk('a')}data: {"id":"c","choi`);
  assert.deepEqual([result.passed, result.status], [chunk('a'), 'open']);
});

test('usage:null in every chunk is no usage', () => {
  const text = chunk('a', ',"usage":null') + chunk('b', ',"usage" : null');
  const result = run(text + usageChunk + done);
  assert.deepEqual([result.passed, result.usage?.usage.input], [text, 7]);
});

test('usage on a chunk with choices is read and passes; with a finish reason it is held', () => {
  const running = chunk('a', ',"usage":{"prompt_tokens":7,"completion_tokens":1}');
  const last = finish.replace(']}', '],"usage":{"prompt_tokens":7,"completion_tokens":2}}');
  const result = run(running + last + done);
  assert.deepEqual([result.passed, result.closing], [running, last + done]);
  assert.equal(result.usage?.usage.output, 2);
});

test('content after a usage chunk sets free what was held', () => {
  const result = run(usageChunk + chunk('a') + done, 1000, false);
  assert.deepEqual([result.passed, result.closing], [usageChunk + chunk('a'), done]);
});

test('comments before the first chunk wait for it, later ones pass', () => {
  const result = run(`: wait\n\n${chunk('a')}: ping\n\n${done}`);
  assert.equal(result.passed, `: wait\n\n${chunk('a')}: ping\n\n`);
  const decoder = openChatTap(testTap({ stream: true }));
  assert.equal(decoder.push(Buffer.from(': wait\n\n')), null);
});

test('an error event ends the stream as failed, and is not passed on', () => {
  const result = run(`${chunk('a')}data: {"error":{"message":"boom"}}\n\n${done}`);
  assert.deepEqual([result.passed, result.status], [chunk('a'), 'failed']);
});

test('a chunk that cannot be read is a hole in the answer: the stream is invalid', () => {
  for (const event of ['data: {"choices":[{"delta":<html>\n\n', 'data: {"a"}\n\n', 'data: [DONE]\n\n']) {
    assert.deepEqual([run(event).status, run(event).passed], ['invalid', ''], event);
  }
  const middle = run(`${chunk('a')}data: {"choices":[{"delta":<html>not\n\n`);
  assert.deepEqual([middle.status, middle.passed], ['invalid', chunk('a')]);
});

test('what is no chunk and no error is passed over, wherever it stands', () => {
  for (const foreign of [
    'data:\n\n',
    'data: \n\n',
    'data: null\n\n',
    'data: <html>\n\n',
    'data: ping\n\n',
    '<html>\n\n',
    'data: {"id":1}\n\n',
    'event: ping\ndata: {"type":"ping"}\n\n',
    'event: billing\ndata: {"object":"billing.summary","billing":{}}\n\n',
    'data: {"choices":null}\n\n',
    'data: {"object":"x","error":null,"finish_reason":null}\n\n',
  ]) {
    const isLine = foreign.startsWith('<');
    const result = run(foreign + chunk('a') + foreign + chunk('b') + finish + foreign + usageChunk + foreign + done);
    assert.equal(result.status, 'whole', foreign);
    assert.equal(result.usage?.usage.input, 7);
    assert.equal(isLine ? result.passed.replaceAll(foreign, '') : result.passed, chunk('a') + chunk('b'), foreign);
    assert.equal(isLine ? result.closing.replaceAll(foreign, '') : result.closing, finish + done, foreign);
    assert.deepEqual([run(foreign).status, run(foreign).passed], ['open', '']);
  }
});

test('null or missing choices are none: the usage beside them counts', () => {
  for (const choices of ['"choices":null,', '']) {
    const usage = usageChunk.replace('"choices":[],', choices);
    const result = run(chunk('a') + finish + usage + done, 1000, false);
    assert.deepEqual([result.status, result.usage?.usage], ['whole', { input: 7, output: 2 }]);
    assert.deepEqual([result.passed, result.closing], [chunk('a'), finish + usage + done]);
    assert.equal(run(usage + chunk('a') + finish + done).status, 'whole');
  }
});

test('usage and a reason to finish in every chunk hold back the newest alone', () => {
  const each = (word: string, tokens: number) =>
    `data: {"choices":[{"index":0,"delta":{"content":"${word}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":${tokens}}}\n\n`;
  const decoder = openChatTap(testTap({ stream: true }));
  const passed: (string | undefined)[] = [];
  for (let at = 0; at < 2_000; at += 1) passed.push(decoder.push(Buffer.from(each(`word${at} `, at + 1)))?.toString());
  assert.equal(passed[0], undefined);
  for (let at = 1; at < 2_000; at += 1) assert.equal(passed[at], each(`word${at - 1} `, at));
  assert.equal(decoder.push(Buffer.from(done)), null);
  assert.deepEqual([decoder.status(), decoder.usage()?.usage], ['whole', { input: 7, output: 2_000 }]);
  assert.equal(decoder.closing(noEnd).toString(), each('word1999 ', 2_000) + done);
});

test('an empty reason to finish is none', () => {
  const empty = chunk('a').replace('"finish_reason":null', '"finish_reason":""');
  const result = run(empty + empty + finish + done);
  assert.deepEqual([result.passed, result.closing], [empty + empty, finish + done]);
  assert.equal(run(empty + empty).status, 'open');
});

test('reports of usage without end are passed on, all but the newest', () => {
  const decoder = openChatTap(testTap({ stream: true, isUsageHidden: false }));
  decoder.push(Buffer.from(chunk('a')));
  let passedBytes = 0;
  const times = 4_000;
  for (let at = 0; at < times; at += 1) passedBytes += decoder.push(Buffer.from(usageChunk))?.length ?? 0;
  assert.equal(decoder.status(), 'open');
  assert.ok(usageChunk.length * times - passedBytes <= 256 * 1024);
  decoder.push(Buffer.from(done));
  assert.equal(passedBytes + decoder.closing(noEnd).length, usageChunk.length * times + done.length);
});

test('an error anywhere in a chunk is the failure of the stream, in the words of the provider', () => {
  for (const [event, message, kind] of [
    ['data: {"error":{"message":"boom","code":429}}', 'boom', 'rate'],
    ['data: {"error":"boom"}', 'boom', 'unknown'],
    ['event: error\ndata: {"message":"boom"}', 'boom', 'unknown'],
    ['data: {"choices":[{"index":0,"delta":{"content":"x"},"error":{"message":"boom","code":502}}]}', 'boom', 'server'],
    ['data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}', '', 'unknown'],
    ['data: {"id":"c","choices":null,"base_resp":{"status_code":1002,"status_msg":"boom"}}', 'boom', 'rate'],
  ] as const) {
    for (const before of ['', chunk('a')]) {
      const result = run(`${before}${event}\n\n${done}`);
      assert.deepEqual([result.status, result.passed], ['failed', before], event);
      assert.deepEqual([result.failure?.message, result.failure?.kind], [message, kind], event);
    }
  }
  for (const event of [chunk('a', ',"error":null'), chunk('a', ',"error":""'), chunk('a', ',"error":{}')]) {
    assert.equal(run(event + finish + done).status, 'whole', event);
  }
  const fine = chunk('a', ',"base_resp":{"status_code":0,"status_msg":""}');
  assert.equal(run(fine + finish + done).status, 'whole');
});

test('a document in place of a stream is an error if it says so, and no answer', () => {
  const result = run('{"error":{"message":"boom","type":"server_error"}}\n');
  assert.deepEqual([result.status, result.passed, result.failure?.kind], ['failed', '', 'server']);
  assert.equal(run('{"choices":[{"message":{"content":"a"}}]}').status, 'invalid');
});

test('usage is found where Groq and Moonshot put it', () => {
  const groq = finish.replace('}]}', '}],"x_groq":{"id":"r","usage":{"prompt_tokens":7,"completion_tokens":2}}}');
  const moonshot = finish.replace('}]}', ',"usage":{"prompt_tokens":7,"completion_tokens":2,"cached_tokens":5}}]}');
  assert.deepEqual(run(chunk('a') + groq + done).usage?.usage, { input: 7, output: 2 });
  assert.deepEqual(run(chunk('a') + moonshot + done).usage?.usage, { input: 2, cached_input: 5, output: 2 });
});

test('the tier that served is told with the usage', () => {
  const tiered = usageChunk.replace('"choices"', '"service_tier":"flex","choices"');
  assert.equal(run(chunk('a') + finish + tiered + done).usage?.serviceTier, 'flex');
  const first = chunk('a', ',"service_tier":"priority"');
  assert.equal(run(first + finish + usageChunk + done).usage?.serviceTier, 'priority');
});

test('[DONE] in quotes or small letters ends the stream, and the client gets it in its usual form', () => {
  for (const odd of ['data: "[DONE]"\n\n', 'data: [done]\n\n', 'event: end\ndata: "[done]"\n\n']) {
    const result = run(chunk('a') + finish + odd);
    assert.deepEqual([result.status, result.closing], ['whole', finish + done], odd);
  }
});

test('a last chunk without its blank line counts if it is whole', () => {
  const open = run(chunk('a') + finish.trimEnd());
  assert.deepEqual([open.status, open.passed, open.closing], ['whole', chunk('a'), finish + done]);
  const late = run(chunk('a').trimEnd());
  assert.deepEqual([late.status, late.passed], ['open', '']);
});

test('a cost is told in the usage, whoever counted it', () => {
  const end = { usage: { input: 3, output: 4 }, serviceTier: '', costNanoUsd: 12_345n };
  const told = (text: string) => {
    const decoder = openChatTap(testTap({ stream: true, isUsageHidden: false, tellsCost: true }));
    decoder.push(Buffer.from(text));
    decoder.end();
    return decoder.closing(end).toString();
  };
  const usage = '"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9,"cost":0.000012345}';
  assert.equal(
    told(chunk('a') + finish + usageChunk + done),
    `${finish}data: {"id":"c","choices":[],${usage}}\n\n${done}`,
  );
  const estimated = told(chunk('a') + finish + done);
  assert.match(estimated, /"prompt_tokens":3,"completion_tokens":4.*"cost":0.000012345/);
  assert.ok(estimated.startsWith(finish) && estimated.endsWith(done));
});

test('letters that change with every chunk hide neither an end nor a failure', () => {
  const padded = (content: string, letters: string, more = '"finish_reason":null') =>
    `data: {"choices":[{"index":0,"delta":{"content":"${content}"},${more}}],"obfuscation":"${letters}"}\n\n`;
  const content = padded('a', 'x') + padded('b', 'yy') + padded('c', 'zzz') + padded('d', '');
  const ended = run(content + padded('', 'w', '"finish_reason":"stop"'));
  assert.deepEqual([ended.status, ended.passed, ended.sample.text], ['whole', content, 'abcd']);
  const broken = run(content + padded('', 'w', '"finish_reason":null,"error":{"message":"no"}') + done);
  assert.deepEqual([broken.status, broken.passed], ['failed', content]);
});

test('an event without end is given up at its bound instead of filling memory', () => {
  const decoder = openChatTap(testTap({ stream: true }));
  const megabyte = Buffer.alloc(1024 * 1024, 0x61);
  let pushed = 0;
  while (decoder.status() === 'open' && pushed < 20) {
    decoder.push(megabyte);
    pushed += 1;
  }
  assert.deepEqual([decoder.status(), pushed <= 10], ['invalid', true]);
});

test('data in several lines and named events are understood', () => {
  const event = 'event: message\nid: 1\ndata: {"choices":\ndata: [{"delta":{"content":"a"}}]}\n\n';
  const result = run(event + done);
  assert.deepEqual([result.passed, result.status, result.sample.text], [event, 'whole', 'a']);
});

test('the text streamed is kept for an estimate, tool calls included, scaled beyond the bound', () => {
  const tool =
    'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}}]}}]}\n\n';
  assert.deepEqual(run(chunk('Hi ') + chunk('there')).sample, { text: 'Hi there', scale: 1 });
  assert.deepEqual(run(chunk('Hi ') + tool).sample, { text: 'Hi f{}', scale: 1 });
  const long = run(chunk('word '.repeat(1_000)).repeat(200), 16_384).sample;
  assert.ok(long.scale > 3 && Math.abs(long.text.length * long.scale - 1_000_000) < 10, `${long.scale}`);
});
