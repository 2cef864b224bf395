import assert from 'node:assert/strict';
import type { DescMessage } from '@bufbuild/protobuf';
import { fieldsVisible } from '#admin-api/field-options.ts';
import { Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';

test('every secret of a resource is one that is sealed', () => {
  const secrets = new Set<string>();
  const seen = new Set<DescMessage>();
  const left: DescMessage[] = [ResourceSchema];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const { name } of fieldsVisible(next, Visibility.SECRET)) secrets.add(`${next.name}.${name}`);
    left.push(...next.fields.flatMap(({ message }) => message ?? []));
  }
  assert.deepEqual([...secrets].sort(), [
    'AlertChannel.addresses',
    'AlertChannel.signing_secret',
    'AlertChannel.slack_url',
    'Provider.api_key',
    'ProviderAccount.api_key',
  ]);
});
