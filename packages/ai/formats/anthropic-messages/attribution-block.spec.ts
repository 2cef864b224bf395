import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { formatTable } from '../format-table.ts';
import { decodeMessagesRequest } from './decode.ts';
import { testTarget } from './testing.ts';

/** What Claude Code says of itself, in a block before its system prompt. */
const block = 'x-anthropic-billing-header: cc_version=2.1.332.1c9; cc_entrypoint=cli;';
const system = [block, 'You are Claude Code.', 'Use the tools that you have.'];

const request = decodeMessagesRequest({
  model: 'm',
  max_tokens: 100,
  system: system.map((text) => ({ type: 'text', text })),
  messages: [{ role: 'user', content: 'Hi' }],
});

for (const format of Object.values(formatTable)) {
  const { encode } = format.client;
  if (format.operation !== 'chat' || encode === null) continue;
  test(`the block of Claude Code comes first, and the blocks behind it in their order, in ${format.name}`, () => {
    const { body } = encode(request, testTarget({ model: 'm' }));
    const places = system.map((text) => body.indexOf(JSON.stringify(text).slice(1, -1)));
    assert.ok(
      places.every((place) => place >= 0),
      body,
    );
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
      body,
    );
  });
}
