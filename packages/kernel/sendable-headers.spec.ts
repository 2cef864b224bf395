import assert from 'node:assert/strict';
import { request } from 'node:http';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { headersFault } from './sendable-headers.ts';

test('headers that break a request, smuggle another one or carry a secret are told by name, and their values are not', () => {
  const faulty = [
    ['a b', 'v'],
    ['a:b', 'v'],
    ['', 'v'],
    ['a\r\nb', 'v'],
    ['é', 'v'],
    ['x-a', 'topsecret\r\nauthorization: Bearer mine'],
    ['x-a', 'topsecret\u0000'],
    ['x-a', 'topsecret€'],
    ...['Host', 'Content-Length', 'transfer-encoding', 'Connection', 'TE', 'upgrade', 'Expect', 'content-type'].map(
      (name) => [name, 'v'],
    ),
    ...['Authorization', 'x-api-key', 'api-key', 'Proxy-Authorization', 'cookie'].map((name) => [name, 'topsecret']),
  ];
  for (const [name = '', value = ''] of faulty) {
    const fault = headersFault({ [name]: value });
    assert.ok(fault !== undefined, name);
    assert.doesNotMatch(fault, /topsecret/);
  }
  assert.match(headersFault({ 'x-a': '1', 'X-A': '2' }) ?? '', /twice/);
});

test('what is taken is what HTTP takes', () => {
  assert.equal(
    headersFault({ 'OpenAI-Organization': 'org-1', 'anthropic-beta': 'a,b', 'x-title': 'Fünf\tSterne' }),
    undefined,
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (name, value) => {
      if (headersFault({ [`x-${name}`]: value }) !== undefined) return;
      // Throws where Node refuses it; nothing is sent.
      request('http://127.0.0.1:1', { headers: { [`x-${name}`]: value } })
        .on('error', () => undefined)
        .destroy();
    }),
  );
});
