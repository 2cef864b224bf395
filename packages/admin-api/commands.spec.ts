import assert from 'node:assert/strict';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { kinds } from '#registry/kinds.ts';
import { test } from '#testkit/test.ts';
import { commands, mayHoldSlashes, parametersOf, routesOfCommand } from './commands.ts';

const find = (cli: string) => commands.find((command) => command.cli === cli);

test('a resource the gateway names is created by POST, one the operator names is set by PUT', () => {
  assert.partialDeepStrictEqual(find('users create'), { verb: 'POST', path: '/admin/users', status: 201 });
  assert.equal(find('users set'), undefined);
  assert.partialDeepStrictEqual(find('prices set'), { verb: 'PUT', path: '/admin/prices/{id}', method: 'update' });
  assert.equal(find('prices create'), undefined);
  assert.deepEqual(
    commands.filter(({ kind }) => kind?.kind === 'settings').map(({ verb, path }) => `${verb} ${path}`),
    ['GET /admin/settings', 'PATCH /admin/settings'],
  );
});

test('who may give a command is what the description says, and the owner always', () => {
  assert.deepEqual(find('users list')?.roles, ['owner', 'operator', 'billing', 'auditor']);
  assert.deepEqual(find('users delete')?.roles, ['owner', 'operator']);
  assert.deepEqual(find('admin-tokens get')?.roles, ['owner']);
  assert.deepEqual(find('balance change')?.roles, ['owner', 'operator', 'billing']);
});

test('a parameter with a closed set of values becomes a URL for each', () => {
  const change = find('balance change');
  assert.ok(change !== undefined);
  assert.deepEqual(
    routesOfCommand(change).map(({ path, fixed }) => [path, fixed]),
    ['users', 'teams', 'organisations'].map((collection) => [`/admin/${collection}/{id}/balance`, { collection }]),
  );
});

test('every method is given by a command, no two commands share a name or a URL, and each says what it does', () => {
  const given = new Set(commands.map(({ method }) => method as string));
  assert.deepEqual(
    AdminService.methods.map(({ localName }) => localName).filter((name) => !given.has(name)),
    [],
  );
  const urls = commands.flatMap(routesOfCommand).map(({ command, path }) => `${command.verb} ${path}`);
  assert.equal(new Set(urls).size, urls.length);
  assert.equal(new Set(commands.map(({ cli }) => cli)).size, commands.length);
  for (const { summary, path, input, kind } of commands) {
    assert.match(summary, /^[A-Z].{5,}/);
    for (const name of parametersOf(path)) {
      assert.ok(kind !== undefined || input.fields.some((field) => field.name === name), `${path}: ${name}`);
    }
  }
  assert.equal(kinds.size, new Set(commands.flatMap(({ kind }) => kind?.kind ?? [])).size);
});

test('ids that operators choose may hold slashes', () => {
  assert.ok(mayHoldSlashes('/admin/prices/{id}') && mayHoldSlashes('/admin/providers/{id}/test'));
  assert.ok(!mayHoldSlashes('/admin/users/{id}') && !mayHoldSlashes('/admin/credits/{id}/undo'));
});

test('no command takes the URL of a resource: one of that name could not be read, changed or deleted', () => {
  const collections = new Set(
    commands.filter(({ path }) => /^\/admin\/[\w-]+\/\{id\}$/.test(path)).map(({ path }) => path.split('/')[2]),
  );
  const taken = commands.flatMap(({ path }) => {
    const [, , collection, word, ...rest] = path.split('/');
    const isTaken = word !== undefined && !word.startsWith('{') && rest.length === 0 && collections.has(collection);
    return isTaken ? [path] : [];
  });
  // The id of a price has a slash.
  assert.deepEqual(taken, ['/admin/prices/import']);
});
