import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createForwardHeaders } from './request-options.ts';

test('the headers of a format go on, and no others', () => {
  const forward = createForwardHeaders(['anthropic-version', 'x-claude-code-*']);
  const headers = {
    'anthropic-version': '2026-10-21',
    'anthropic-versions': 'no',
    'x-claude-code-session-id': 's',
    'x-claude-code-': '',
    authorization: 'Bearer secret',
    cookie: 'c',
  };
  assert.deepEqual(forward(headers), {
    'anthropic-version': '2026-10-21',
    'x-claude-code-session-id': 's',
    'x-claude-code-': '',
  });
  assert.deepEqual(createForwardHeaders([])(headers), {});
});

test('more headers than any client has reason to send are refused by name', () => {
  const forward = createForwardHeaders(['x-*']);
  const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, 'v']));
  assert.equal(Object.keys(forward(headers(64))).length, 64);
  assert.throws(() => forward(headers(65)), { code: 'invalid_request', message: /'x-64' is one too many/ });
});
