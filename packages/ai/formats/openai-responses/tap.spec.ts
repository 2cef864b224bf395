import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { fixture, tapped } from './testing.ts';

const noEnd = { usage: null, serviceTier: '' };
const lastOf = (text: string) => text.indexOf('event: response.completed');

test('events pass byte for byte, cut at every byte, and the last one waits', () => {
  for (const name of ['agent-turn.sse', 'searched.sse']) {
    const bytes = fixture(name);
    const text = bytes.toString();
    for (const pieceBytes of [1, 2, 3, 7, 61, 1_000, bytes.length]) {
      const { tap, passed } = tapped(bytes, {}, pieceBytes);
      const before = text.slice(0, lastOf(text));
      // What comes between the first events and the answer is no answer, and is not waited for.
      assert.equal(passed, name === 'searched.sse' ? before.replace(/: ping[\s\S]*?\n\n.*\n.*\n\n/, '') : before);
      assert.equal(tap.status(), 'whole');
      assert.equal(tap.closing(noEnd).toString(), text.slice(lastOf(text)));
      assert.equal(tap.isUsageFinal(), true);
    }
  }
});

test('line ends of any kind, and events without names, are read the same', () => {
  const text = fixture('agent-turn.sse').toString();
  const forms = [
    text.replaceAll('\n', '\r\n'),
    text.replaceAll('\n', '\r'),
    text.replaceAll(/^event: .*\n/gm, ''),
    `\ufeff${text}`,
  ];
  for (const form of forms) {
    const { tap, passed } = tapped(Buffer.from(form), {}, 5);
    assert.equal(tap.status(), 'whole', JSON.stringify(form.slice(0, 40)));
    assert.equal(tap.usage()?.usage.cached_input, 512);
    assert.equal(passed + tap.closing(noEnd).toString(), form.replace('\ufeff', ''));
  }
});

test('nothing goes out before there is something of the answer, so that another provider can still give it', () => {
  const { tap, passed } = tapped(fixture('failed-at-once.sse'));
  assert.equal(passed, '');
  assert.equal(tap.status(), 'failed');
  assert.equal(tap.hasWork(), false);
  assert.deepEqual(tap.failure(), {
    kind: 'context-window',
    message: 'Your input exceeds the context window of this model.',
    code: 'context_length_exceeded',
    param: 'input',
  });
});

test('a stream that breaks off before anything of the answer has no work in it, wherever it breaks', () => {
  const text = fixture('agent-turn.sse').toString();
  const answer = text.indexOf('event: response.output_item.added');
  for (let at = 0; at <= answer + 'event: response.output_item.added'.length; at += 1) {
    assert.equal(tapped(Buffer.from(text.slice(0, at))).tap.hasWork(), false, text.slice(0, at).slice(-40));
  }
  assert.equal(tapped(Buffer.from(text.slice(0, answer + 100))).tap.hasWork(), true);
});

test('a failure in the middle is not passed on: the gateway tells it in its own words', () => {
  const { tap, passed } = tapped(fixture('failed.sse'));
  assert.ok(passed.endsWith('"delta":"Once","logprobs":[]}\n\n'));
  assert.equal(tap.status(), 'failed');
  assert.equal(tap.hasWork(), true);
  assert.equal(tap.failure()?.kind, 'rate');
});

test('an answer that its bound ended is whole', () => {
  const { tap } = tapped(fixture('incomplete.sse'));
  assert.equal(tap.status(), 'whole');
  assert.deepEqual(tap.usage()?.usage, { input: 9, output: 16 });
});

test('a stream that breaks off has no end, and its text can be counted', () => {
  const text = fixture('agent-turn.sse').toString();
  const { tap } = tapped(Buffer.from(text.slice(0, lastOf(text) + 40)));
  assert.equal(tap.status(), 'open');
  assert.equal(tap.usage(), null);
  assert.equal(tap.isUsageFinal(), false);
  assert.equal(
    tap.sample().text,
    '**Plan**\n\nRead the file.Then patch — 👋.Grüße "zusammen\\\n👋 event: error\n\n{"path":"a.ts","at":12345678901234567890}*** Begin Patch\n+"x"\n*** End Patch',
  );
});

test('a last event needs no blank line', () => {
  const { tap } = tapped(Buffer.from(fixture('agent-turn.sse').toString().trimEnd()));
  assert.equal(tap.status(), 'whole');
  assert.equal(tap.usage()?.usage.reasoning, 64);
});

test('the cost is told in the last event, with all digits of everything else', () => {
  const { tap } = tapped(fixture('agent-turn.sse'), { tellsCost: true });
  const closing = tap.closing({ ...noEnd, costNanoUsd: 1_234_567_890_123n }).toString();
  assert.ok(closing.includes('"total_tokens":952,"cost":1234.567890123}'), closing);
  assert.ok(closing.startsWith('event: response.completed\ndata: {"type":"response.completed"'));
});

test('a whole document passes byte for byte', () => {
  const bytes = fixture('agent-turn.json');
  for (const pieceBytes of [1, 100, bytes.length]) {
    const { tap, passed } = tapped(bytes, { stream: false }, pieceBytes);
    assert.equal(passed, '');
    assert.equal(tap.status(), 'whole');
    assert.equal(tap.closing(noEnd).toString(), bytes.toString());
    assert.equal(tap.usage()?.usage.input, 44);
    assert.equal(tap.usage()?.serviceTier, 'priority');
    assert.equal(tap.hasWork(), true);
  }
  const told = tapped(bytes, { stream: false, tellsCost: true }).tap.closing({ ...noEnd, costNanoUsd: 5n });
  assert.equal(JSON.parse(told.toString()).usage.cost, 5e-9);
});

test('a document that is too long to hold goes out in pieces, all but the last, with its usage read', () => {
  const response = JSON.parse(fixture('agent-turn.json').toString());
  response.output[1].content[0].text = 'long text '.repeat(300_000);
  const bytes = Buffer.from(JSON.stringify(response));
  const { tap, passed } = tapped(bytes, { stream: false }, 64 * 1024);
  assert.equal(tap.status(), 'whole');
  assert.ok(passed.length > 0 && passed.length < bytes.length);
  assert.ok(bytes.toString() === passed + tap.closing(noEnd).toString());
  assert.equal(tap.usage()?.usage.cached_input, 512);
  assert.equal(tap.usage()?.serviceTier, 'priority');
});

test('a document that failed, was cut or is none does not pass', () => {
  const status = (text: string) => {
    const { tap } = tapped(Buffer.from(text), { stream: false });
    return [tap.status(), tap.hasWork()];
  };
  assert.deepEqual(status('{"error":{"message":"no","code":"server_error"}}'), ['failed', false]);
  assert.deepEqual(
    status('{"object":"response","status":"failed","output":[],"error":{"code":"server_error"},"usage":null}'),
    ['failed', false],
  );
  assert.deepEqual(status('{"object":"response","output":[{"type":"mess'), ['open', true]);
  assert.deepEqual(status('<html>no</html>'), ['invalid', false]);
  assert.deepEqual(status('{"choices":[]}'), ['invalid', false]);
});

test('a last event that is too long to keep is read for its usage alone', () => {
  const text = fixture('agent-turn.sse').toString();
  const long = text.replace(
    '"output":[{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"',
    (found) => `${found}${'x'.repeat(9 * 1024 * 1024)}`,
  );
  const { tap } = tapped(Buffer.from(long), {}, 64 * 1024);
  assert.equal(tap.status(), 'too-long');
  assert.equal(tap.isOver(), true);
  assert.equal(tap.usage()?.usage.cached_input, 512);
});
