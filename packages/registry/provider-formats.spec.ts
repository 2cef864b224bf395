import assert from 'node:assert/strict';
import { fieldOptionsOf } from '#admin-api/field-options.ts';
import { formatNames } from '#ai/format.ts';
import { ProviderSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';

test('a provider may be said to speak every format that the gateway speaks to providers', () => {
  assert.deepEqual([...fieldOptionsOf(ProviderSchema.field.formats).oneOf].sort(), [...formatNames].sort());
});
