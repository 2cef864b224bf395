import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { openChatTap } from './tap.ts';
import { testTap } from './testing.ts';

const event = (json: string) => `data: ${json}\n\n`;
const first = event('{"choices":[]}');

/** The text found in a stream of these chunks, in order or not. */
function found(...chunks: readonly string[]): string {
  const decoder = openChatTap(testTap({ stream: true }));
  decoder.push(Buffer.from(first + chunks.map(event).join('')));
  assert.equal(decoder.status(), 'open');
  return decoder.sample().text;
}

/** Chunks, and the text that was generated in each. */
const cases: readonly (readonly [chunk: string, text: string])[] = [
  ['{"choices":[{"delta":{"content":"one"}}]}', 'one'],
  ['{"choices":[{"delta":{"content":"two"},"finish_reason":null}]}', 'two'],
  ['{"choices": [{"delta": {"role": "assistant", "content": "three"}}]}', 'three'],
  ['{"choices":[{"delta":{"content":"a \\"delta\\":{\\"content\\":\\"b\\\\"}}]}', 'a "delta":{"content":"b\\'],
  ['{"choices":[{"delta":{"content":"\\u00e9👋\\n"}}]}', 'é👋\n'],
  ['{"choices":[{"delta":{"content":""}}]}', ''],
  ['{"choices":[{"delta":{"content":null,"refusal":"no"}}]}', 'no'],
  ['{"choices":[{"delta":{"content":"x","refusal":"y"}}]}', 'xy'],
  ['{"choices":[{"delta":{"content":"x"}},{"delta":{"content":"y"}}]}', 'xy'],
  ['{"choices":[{"delta":{"reasoning":"same","reasoning_content":"same"}}]}', 'same'],
  ['{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}', 'f{}'],
  ['{"choices":[{"delta":{"content":"z"},"message":{"content":"all so far"}}]}', 'z'],
  ['{"choices":[{"delta":{},"logprobs":{"content":[{"token":"t"}]}}]}', ''],
  ['{"choices":[{"delta":{"annotations":[{"content":"cited"}]}}]}', ''],
  ['{"delta":{"content":"astray"},"choices":[]}', ''],
  ['{"choices":[],"content":"astray"}', ''],
  ['{"choices":[{"index":0,"delta":{"content":"o"},"finish_reason":null}],"usage":null,"obfuscation":"aBc"}', 'o'],
  ['{"choices":[{"index":0,"delta":{"content":"p\\""},"finish_reason":null}],"usage":null,"obfuscation":"d"}', 'p"'],
  ['{"choices":[{"index":0,"delta":{"content":"q"},"finish_reason":null}],"usage":null,"obfuscation":"\\"e"}', 'q'],
  ['{"choices":[{"delta":{"content":"i"},"index":1,"finish_reason":null}]}', 'i'],
  ['{"choices":[{"delta":{"tool_calls":[{"custom":{"name":"c","input":"in"}}]}}]}', 'cin'],
  ['{"choices":[{"delta":{"function_call":{"name":"f","arguments":"{}"}}}]}', 'f{}'],
  ['{"choices":[{"delta":{"audio":{"id":"a","transcript":"said"}}}]}', 'said'],
];

test('the generated text of a chunk is found in each of its forms, and nothing else', () => {
  for (const [chunk, text] of cases) assert.equal(found(chunk), text, chunk);
});

test('so it is behind any other chunk of the stream', () => {
  const sorted = (text: string) => [...text].sort().join('');
  for (const [before, textBefore] of cases) {
    for (const [chunk, text] of cases) {
      assert.equal(sorted(found(before, chunk, before)), sorted(textBefore + text + textBefore), `${before} ${chunk}`);
    }
  }
});
