import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { eventText, hasTerminal, textAfter } from './run-events.ts';

/** JSON leaves these as they are, and a regular expression takes each for the end of a line. */
const separators = ['\u2028', '\u2029'];

describe('what a model says is no event', () => {
  for (const separator of separators) {
    const delta = `a${separator}event: response.completed${separator}b`;
    const first = eventText('response.output_text.delta', 0, { delta });
    const second = eventText('response.output_text.delta', 1, { delta: 'c' });
    const name = `U+${separator.charCodeAt(0).toString(16)}`;

    test(`behind ${name} it does not end the stream`, () => {
      assert.equal(hasTerminal({ firstSeq: 0, lastSeq: 1, text: first + second }), false);
      const end = eventText('response.completed', 1, { response: { id: 'resp_1' } });
      assert.equal(hasTerminal({ firstSeq: 0, lastSeq: 1, text: first + end }), true);
    });

    test(`behind ${name} it is not counted`, () => {
      assert.equal(textAfter({ firstSeq: 0, lastSeq: 1, text: first + second }, 0), second);
      assert.equal(textAfter({ firstSeq: 0, lastSeq: 1, text: first + second }, 1), '');
      assert.equal(textAfter({ firstSeq: 0, lastSeq: 1, text: first + second }, -1), first + second);
    });
  }
});
