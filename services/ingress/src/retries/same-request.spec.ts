import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { agentSessionIn } from './agent-session.ts';
import { requestDigest } from './same-request.ts';

const digest = (text: string): string => requestDigest(Buffer.from(text));

test('the same bytes are the same request, and any other byte makes another', () => {
  assert.equal(digest('{"a":1}'), digest('{"a":1}'));
  assert.notEqual(digest('{"a":1}'), digest('{"a":1.0}'));
  assert.notEqual(digest('{"a":1,"b":2}'), digest('{"b":2,"a":1}'));
});

test('what Codex says of itself may come in another order, and nothing else may', () => {
  const one = '{"model":"m","n":1234567890123456789,"client_metadata":{"a":"1","b":"2"}}';
  assert.equal(digest(one), digest('{"model":"m","n":1234567890123456789,"client_metadata":{"b":"2","a":"1"}}'));
  assert.notEqual(digest(one), digest('{"model":"m","n":1234567890123456788,"client_metadata":{"b":"2","a":"1"}}'));
  assert.notEqual(digest(one), digest('{"model":"m","n":1234567890123456789,"client_metadata":{"b":"2","a":"2"}}'));
  assert.notEqual(digest(one), digest('{"model":"m","n":1234567890123456789}'));
  assert.equal(digest('{"text":"client_metadata"'), digest('{"text":"client_metadata"'));
});

test('Claude Code and Codex are known by their sessions, and parts of a session apart', () => {
  assert.equal(agentSessionIn({ 'x-claude-code-session-id': 's' }), 's ');
  assert.notEqual(
    agentSessionIn({ 'x-claude-code-session-id': 's' }),
    agentSessionIn({ 'x-claude-code-session-id': 's', 'x-claude-code-agent-id': 'a' }),
  );
  const codex = { 'session-id': 's', 'thread-id': 't', 'x-codex-turn-metadata': '{}' };
  assert.equal(agentSessionIn(codex), 's t');
  assert.equal(agentSessionIn({ session_id: 's', 'x-codex-window-id': 'w' }), 's ');
});

test('a session of anyone else is no reason to take two requests for one', () => {
  assert.equal(agentSessionIn({ 'session-id': 's', 'x-gateway-session-id': 's' }), undefined);
});
