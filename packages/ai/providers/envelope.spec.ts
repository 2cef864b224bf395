import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { enveloped, envelopes } from './envelope.ts';

const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-1, b-2', 'x-claude-code-session-id': 's' };
const body = Buffer.from(
  '{"model":"claude","max_tokens":5, "stream":true,"messages":[{"role":"user","content":1.50}]}',
);

test('an envelope says in the body what the format says in headers, and in the URL what it says in the body', () => {
  const sent = enveloped(envelopes['bedrock-invoke'], headers, body);
  assert.deepEqual(sent.headers, { 'x-claude-code-session-id': 's' });
  assert.equal(
    sent.body.toString(),
    '{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["a-1","b-2"],"max_tokens":5,"messages":[{"role":"user","content":1.50}]}',
  );
});

test('Vertex is told in the body whether an answer streams, and of features in the header', () => {
  const { headers: kept, body: sent } = enveloped(envelopes['vertex-raw-predict'], headers, body);
  assert.deepEqual(kept, { 'anthropic-beta': 'a-1, b-2', 'x-claude-code-session-id': 's' });
  assert.match(sent.toString(), /^\{"anthropic_version":"vertex-2023-10-16","max_tokens":5, "stream":true/);
});

test('the model stands in the path, encoded where its name has a slash or a colon', () => {
  const model = 'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude';
  const addressed = { model, isStream: true };
  assert.equal(
    envelopes['bedrock-invoke'].path('', addressed),
    '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.anthropic.claude/invoke-with-response-stream',
  );
  const claude = { model: 'claude-opus-5@20261001', isStream: false };
  assert.equal(
    envelopes['vertex-raw-predict'].path('/v1/projects/p/locations/l/publishers/anthropic', claude),
    '/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-5%4020261001:rawPredict',
  );
});
