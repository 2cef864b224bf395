import assert from 'node:assert/strict';
import { parseObject } from '#kernel/json.ts';
import { test } from '#testkit/test.ts';
import type { AnswerPart } from '../../chat/answer-part.ts';
import { openResponsesReader } from './answer-reader.ts';
import { fixture, joined, readStream, rules } from './testing.ts';

const agentTurn: AnswerPart[] = [
  { type: 'start', id: 'resp_68a1', model: 'gpt-5.6-2026-05-01', createdAtS: 1_764_300_000 },
  { type: 'reasoning-delta', choice: 0, text: '**Plan**\n\nRead the file.', summaryIndex: 0 },
  { type: 'reasoning-delta', choice: 0, text: 'Then patch — 👋.', summaryIndex: 1 },
  {
    type: 'reasoning-proof',
    choice: 0,
    id: 'rs_1',
    format: 'openai-responses',
    kind: 'encrypted',
    value: 'gAAAAABo+longer/encrypted==',
  },
  { type: 'text-delta', choice: 0, text: 'Grüße "zusammen\\\n👋 event: error\n\n' },
  {
    type: 'foreign',
    choice: 0,
    value: {
      type: 'foreign',
      format: 'openai-responses',
      what: 'annotation',
      json: '{"type":"url_citation","start_index":0,"end_index":5,"url":"https://example.org/","title":"Example"}',
    },
  },
  { type: 'tool-call-start', choice: 0, index: 0, id: 'call_a', name: 'read_file', kind: 'function' },
  { type: 'tool-call-delta', choice: 0, index: 0, input: '{"path":"a.ts","at":12345678901234567890}' },
  { type: 'tool-call-end', choice: 0, index: 0 },
  { type: 'tool-call-start', choice: 0, index: 1, id: 'call_b', name: 'apply_patch', kind: 'custom' },
  { type: 'tool-call-delta', choice: 0, index: 1, input: '*** Begin Patch\n+"x"\n*** End Patch' },
  { type: 'tool-call-end', choice: 0, index: 1 },
  { type: 'finish', choice: 0, reason: 'tool-calls' },
];

test('a stream gives its parts, its usage and its end, cut at every byte', () => {
  const bytes = fixture('agent-turn.sse');
  for (const pieceBytes of [1, 2, 3, 7, 61, 1_000, bytes.length]) {
    const reader = readStream(bytes, pieceBytes);
    assert.deepEqual(joined(reader.takeParts()), agentTurn);
    assert.equal(reader.isUsageFinal(), true);
    assert.deepEqual(reader.usage()?.usage, {
      input: 44,
      cached_input: 512,
      cache_write: 156,
      cache_write_12h: 100,
      output: 76,
      reasoning: 64,
    });
    assert.equal(reader.usage()?.serviceTier, 'priority');
    assert.equal(reader.readEnd(), 'whole');
  }
});

test('a whole response gives the same parts as its stream', () => {
  const reader = openResponsesReader({ rules, notes: {}, model: 'asked' });
  assert.equal(reader.readDocument(parseObject(fixture('agent-turn.json').toString()) ?? {}), 'whole');
  assert.deepEqual(joined(reader.takeParts()), agentTurn);
});

test('a stream that tells only its end gives the same parts', () => {
  const text = fixture('agent-turn.sse').toString();
  const last = text.slice(text.indexOf('event: response.completed'));
  assert.deepEqual(joined(readStream(Buffer.from(last)).takeParts()), agentTurn);
});

test('a stream without deltas, with whole items only, gives the same parts', () => {
  const events = fixture('agent-turn.sse').toString().split('\n\n');
  const kept = events.filter(
    (event) => !/^event: response\.\w+\.(?:delta|annotation|done)/.test(event) || event.includes('output_item'),
  );
  assert.ok(kept.length < events.length);
  assert.deepEqual(joined(readStream(Buffer.from(kept.join('\n\n'))).takeParts()), agentTurn);
});

test('an answer that its bound ended has the length as its reason, and its report counts', () => {
  const reader = readStream(fixture('incomplete.sse'));
  assert.equal(reader.readEnd(), 'whole');
  assert.deepEqual(joined(reader.takeParts()).slice(1), [
    { type: 'text-delta', choice: 0, text: 'Once upon' },
    { type: 'finish', choice: 0, reason: 'length' },
  ]);
  assert.deepEqual(reader.usage()?.usage, { input: 9, output: 16 });
});

test('a response that failed says why', () => {
  const reader = readStream(fixture('failed.sse'));
  assert.equal(reader.readEnd(), 'failed');
  assert.deepEqual(reader.failure(), {
    kind: 'rate',
    message: 'Rate limit reached for gpt-5.6. Please try again in 2.5s.',
    code: 'rate_limit_exceeded',
    param: '',
  });
  const atOnce = readStream(fixture('failed-at-once.sse'));
  assert.equal(atOnce.failure()?.kind, 'context-window');
  assert.equal(atOnce.failure()?.param, 'input');
});

test('events that are unknown are passed over; a search by the provider is counted and kept', () => {
  const reader = readStream(fixture('searched.sse'));
  assert.equal(reader.readEnd(), 'whole');
  const parts = joined(reader.takeParts());
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['start', 'reasoning-delta', 'foreign', 'refusal-delta', 'finish'],
  );
  assert.deepEqual(parts[1], { type: 'reasoning-delta', choice: 0, text: 'Hmm.' });
  assert.equal(parts[2]?.type === 'foreign' && parts[2].value.what, 'web_search_call');
  assert.equal(reader.usage()?.usage.search, 1);
});

test('a stream that ends without its last event stays open, with [DONE] or without', () => {
  const text = fixture('agent-turn.sse').toString();
  const cut = text.slice(0, text.indexOf('event: response.completed'));
  for (const bytes of [cut, `${cut}data: [DONE]\n\n`]) {
    assert.equal(readStream(Buffer.from(bytes)).readEnd(), 'open');
    assert.equal(readStream(Buffer.from(bytes)).usage(), null);
  }
});

test('an error in place of an answer fails, and what is neither is invalid', () => {
  const read = (document: object) => {
    const reader = openResponsesReader({ rules, notes: {}, model: 'asked' });
    return [reader.readDocument({ ...document }), reader.failure()?.kind];
  };
  assert.deepEqual(read({ error: { message: 'no', type: 'server_error' } }), ['failed', 'server']);
  assert.deepEqual(read({ object: 'response', status: 'failed', output: [], error: { code: 'server_error' } }), [
    'failed',
    'server',
  ]);
  assert.deepEqual(read({ choices: [] }), ['invalid', undefined]);
  assert.deepEqual(read({ object: 'response', status: 'queued', output: [] }), ['invalid', undefined]);
});

test('names of tools that were changed for the provider are the client’s again', () => {
  const reader = openResponsesReader({
    rules,
    notes: { toolNames: new Map([['read_file', 'read.file']]) },
    model: 'asked',
  });
  reader.readDocument(parseObject(fixture('agent-turn.json').toString()) ?? {});
  const start = reader.takeParts().find((part) => part.type === 'tool-call-start');
  assert.equal(start?.type === 'tool-call-start' && start.name, 'read.file');
});
