import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { descriptionsOf } from './descriptions.ts';

const user = { name: 'User', field: [{ name: 'id' }, { name: 'name' }] };

test('comments of messages and fields are found by their whole names, on one line', () => {
  const location = [
    { path: [4, 0], leadingComments: ' Who asks.\n' },
    { path: [4, 0, 2, 1], leadingComments: ' The name\n of a person.\n' },
    { path: [4, 0, 2, 1, 8], leadingComments: ' An option.\n' },
    { path: [4, 0, 2, 0] },
    { path: [6, 0], leadingComments: ' A service.\n' },
    { leadingComments: ' The file.\n' },
  ];
  const file = [{ package: 'gateway.admin.v1', messageType: [user], sourceCodeInfo: { location } }];
  assert.deepEqual(descriptionsOf({ file }), {
    'gateway.admin.v1.User': 'Who asks.',
    'gateway.admin.v1.User.name': 'The name of a person.',
  });
});

test('what is not administration is left out', () => {
  const sourceCodeInfo = { location: [{ path: [4, 0], leadingComments: ' x' }] };
  assert.deepEqual(descriptionsOf({ file: [{ package: 'google.protobuf', messageType: [user], sourceCodeInfo }] }), {});
});
