import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { ImportPricesRequestSchema, ImportPricesResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { test } from '#testkit/test.ts';
import { ADMIN_TOKEN, startTestGateway } from '../testing.ts';

const CHARACTERS_MAX = fieldOptionsOf(ImportPricesRequestSchema.field.text).charsMax;

test('a price file is taken by REST up to the characters that its field may have, whatever they take as JSON', async () => {
  const taken: number[] = [];
  await using gateway = await startTestGateway({
    adminPort: {
      async importPrices({ text = '' }) {
        taken.push(text.length);
        return create(ImportPricesResponseSchema);
      },
    },
  });
  const post = async (path: string, document: object) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(document),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const file = (character: string, count: number) => ({ text: `x${character.repeat(count - 2)}x`, form: 'litellm' });
  for (const character of ['"', '\n', '€']) {
    assert.equal(await post('/admin/prices/import', file(character, CHARACTERS_MAX)), 200, character);
  }
  assert.deepEqual(taken, Array(3).fill(CHARACTERS_MAX));

  // One more than that is accounts' to refuse, by the field's name. Other bodies keep the bound of all.
  assert.equal(await post('/admin/prices/import', file('x', CHARACTERS_MAX + 1)), 200);
  assert.equal(taken.at(-1), CHARACTERS_MAX + 1);
  assert.equal(await post('/admin/users', { name: 'x'.repeat(CHARACTERS_MAX * 2) }), 413);
});
