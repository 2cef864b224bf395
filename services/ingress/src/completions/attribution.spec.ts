import assert from 'node:assert/strict';
import { noAttribution } from '#contracts/quota.ts';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { attributionOf } from './attribution.ts';

describe('what a request is for', () => {
  test('is nothing where its client says nothing', () => {
    assert.equal(attributionOf({ 'content-type': 'application/json' }, { model: 'm' }), noAttribution);
  });

  test('is said by headers', () => {
    const headers = {
      'x-gateway-tags': ' nightly, eval ,nightly,',
      'x-gateway-metadata': '{"ticket":"T-7"}',
      'x-gateway-session-id': 's-1',
      'x-gateway-agent-id': 'a-1',
    };
    assert.deepEqual(attributionOf(headers, {}), {
      tags: ['nightly', 'eval'],
      metadata: { ticket: 'T-7' },
      sessionId: 's-1',
      agentId: 'a-1',
    });
  });

  test('is said by metadata in the body, and a header wins', () => {
    const metadata = { tags: 'a,NO,b', session_id: 's', agent_id: 'g', ticket: 'T', user_id: 'ada@example.com', n: 7 };
    const inBody = { tags: 'a,NO,b', session_id: 's', agent_id: 'g', ticket: 'T' };
    assert.deepEqual(attributionOf({}, { metadata }), {
      tags: ['a', 'b'],
      metadata: inBody,
      sessionId: 's',
      agentId: 'g',
    });
    const headers = { 'x-gateway-tags': 'c', 'x-gateway-session-id': 'other', 'x-gateway-metadata': '{"ticket":"U"}' };
    assert.deepEqual(attributionOf(headers, { metadata }), {
      tags: ['c'],
      metadata: { ...inBody, ticket: 'U' },
      sessionId: 'other',
      agentId: 'g',
    });
  });

  test('is said by coding agents in headers of their own', () => {
    assert.equal(attributionOf({ 'x-claude-code-session-id': 'c' }, {}).sessionId, 'c');
    assert.equal(attributionOf({ session_id: 'x' }, {}).sessionId, 'x');
    assert.equal(attributionOf({ 'x-claude-code-agent-id': 'g' }, {}).agentId, 'g');
    assert.equal(attributionOf({ session_id: 'with blanks' }, {}), noAttribution);
    const child = {
      'x-claude-code-session-id': 'c',
      'x-claude-code-agent-id': 'g',
      'x-claude-code-parent-agent-id': 'p',
    };
    assert.deepEqual(attributionOf(child, {}).metadata, { parent_agent_id: 'p' });
  });

  test('is the thread of Codex beside the session of its own', () => {
    assert.equal(attributionOf({ 'session-id': 's', 'thread-id': 's' }, {}).agentId, '');
    assert.equal(attributionOf({ 'session-id': 's', 'thread-id': 't' }, {}).agentId, 't');
    assert.equal(attributionOf({ 'thread-id': 't' }, {}).agentId, '');
  });

  test('is refused by the name of the gateway’s own header where it cannot be read', () => {
    const cases: Record<string, string>[] = [
      { 'x-gateway-tags': 'With Blanks' },
      { 'x-gateway-tags': Array.from({ length: 21 }, (_, at) => `t${at}`).join(',') },
      { 'x-gateway-metadata': 'no json' },
      { 'x-gateway-metadata': '{"a":1}' },
      { 'x-gateway-metadata': JSON.stringify({ a: 'x'.repeat(513) }) },
      { 'x-gateway-session-id': 'x'.repeat(129) },
      { 'x-gateway-agent-id': '' },
    ];
    for (const headers of cases) {
      const [name] = Object.keys(headers);
      assert.throws(
        () => attributionOf(headers, {}),
        (thrown) => thrown instanceof Fault && thrown.refusal.param === name,
        JSON.stringify(headers),
      );
    }
  });

  test('is bounded however much a body says', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`k${at}`, 'v']));
    assert.equal(Object.keys(attributionOf({}, { metadata: many }).metadata).length, 16);
    assert.deepEqual(attributionOf({}, { metadata: { long: 'x'.repeat(513) } }).metadata, {});
  });
});
