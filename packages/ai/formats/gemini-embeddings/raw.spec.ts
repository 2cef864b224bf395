import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { noEnd, testTap, testTarget } from '../openai-chat/testing.ts';
import { geminiEmbeddings } from './format.ts';

const { client } = geminiEmbeddings;

describe('a request that is passed on', () => {
  const patched = (text: string, model: string) =>
    client.patch(Buffer.from(text), JSON.parse(text), testTarget({ model })).toString();

  test('alone keeps every byte: its model stands in the URL', () => {
    const text = '{ "content": {"parts":[{"text":"é"}]}, "outputDimensionality": 8 }';
    assert.equal(patched(text, 'other'), text);
    assert.equal(patched(`{"model":"models/m",${text.slice(1)}`, 'other'), text);
  });

  test('in a batch has the provider’s name of the model in each', () => {
    const same = '{"requests": [{"model":"models/m","content":{"parts":[{"text":"a"}]}}]}';
    assert.equal(patched(same, 'm'), same);
    const named = JSON.parse(patched(same, 'gemini-x')) as { requests: { model: string }[] };
    assert.deepEqual(named.requests, [{ model: 'models/gemini-x', content: { parts: [{ text: 'a' }] } }]);
    assert.deepEqual(JSON.parse(patched('{"requests":[{"content":{"parts":[]}}]}', 'm')), {
      requests: [{ content: { parts: [] }, model: 'models/m' }],
    });
  });

  test('goes to the call that it came to', () => {
    const path = (body: object) =>
      client.path('/v1beta', { model: 'm', isStream: false, isBatch: client.isBatch?.(body as never) });
    assert.equal(path({ content: {} }), '/v1beta/models/m:embedContent');
    assert.equal(path({ requests: [] }), '/v1beta/models/m:batchEmbedContents');
  });
});

describe('an answer that is passed on', () => {
  const tapOf = (text: string, tellsCost = false) => {
    const tap = client.openTap(testTap({ tellsCost }));
    const passed: Buffer[] = [];
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 65_536) {
      const out = tap.push(bytes.subarray(at, at + 65_536));
      if (out) passed.push(out);
    }
    tap.end();
    return { tap, passed };
  };

  test('comes back as it is, short and long, with its usage', () => {
    const one = `{"embedding":{"values":[0.1,-2e-3]},"usageMetadata":{"promptTokenCount":3}}`;
    const vector = `{"values":[${Array(3_072).fill('-0.012345678901234567').join()}]}`;
    const many = `{"embeddings":[${Array(100).fill(vector).join()}],"usageMetadata":{"promptTokenCount":3}}`;
    for (const text of [one, many]) {
      const { tap, passed } = tapOf(text);
      assert.deepEqual([tap.status(), tap.usage()?.usage, tap.sample().text], ['whole', { input: 3 }, '']);
      assert.ok(Buffer.concat([...passed, tap.closing(noEnd)]).equals(Buffer.from(text)));
    }
    assert.ok(tapOf(many).passed.length > 10, 'a long answer is not held');
  });

  test('has no usage where none is told, and gets the cost put in where it is asked for', () => {
    const { tap } = tapOf('{"embedding":{"values":[0.1]}}', true);
    assert.deepEqual([tap.status(), tap.usage()], ['whole', null]);
    const told = tap.closing({ usage: { input: 4 }, serviceTier: '', costNanoUsd: 600n }).toString();
    assert.deepEqual(JSON.parse(told).usageMetadata, { promptTokenCount: 4, cost: 0.0000006 });
  });

  test('is none without vectors, and a failure where the provider says so', () => {
    assert.equal(tapOf('{"usageMetadata":{}}').tap.status(), 'invalid');
    assert.equal(tapOf('{"candidates":[]}').tap.status(), 'invalid');
    const { tap } = tapOf('{"error":{"code":503,"message":"later","status":"UNAVAILABLE"}}');
    assert.deepEqual([tap.status(), tap.failure()?.kind], ['failed', 'overload']);
    assert.equal(tapOf('{"embeddings":[{"values":[1').tap.status(), 'open');
  });
});
