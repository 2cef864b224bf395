import assert from 'node:assert/strict';
import { adminService } from '#admin-api/admin-service.ts';
import { commands } from '#admin-api/commands.ts';
import { giveCommand } from '#admin-api/give-command.ts';
import type { AdminCaller } from '#contracts/admin.ts';
import { Fault } from '#errors/fault.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { createMemoryAdmin } from '#testkit/memory-admin.ts';
import { test } from '#testkit/test.ts';
import { createRemoteAdmin } from './remote-admin.ts';

const given = { params: {}, query: {}, body: {}, idempotencyKey: '', expectedVersion: undefined };

function named(cli: string) {
  const command = commands.find((each) => each.cli === cli);
  if (command === undefined) throw new Error(`there is no command ${cli}`);
  return command;
}

test('a command over gRPC is the command in memory: same answer, same caller, same refusal', async () => {
  const admin = createMemoryAdmin();
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [adminService(admin.port)],
    adminToken: 'the-token',
    logger: { warn: () => {}, error: () => {} },
  });
  const remote = createRemoteAdmin({ addresses: [server.address], adminToken: 'the-token' });
  const caller: AdminCaller = { actor: 'ann', role: 'operator', address: '192.0.2.1', requestId: 'r-1' };

  const created = await giveCommand(remote.port, named('users create'), { ...given, body: { name: 'Ann' } }, caller);
  assert.partialDeepStrictEqual(created, { status: 201, document: { name: 'Ann', keys: [] }, version: 1n });
  assert.deepEqual(admin.calls[0]?.caller, caller);

  const wrong = giveCommand(remote.port, named('users create'), { ...given, body: { username: '' } }, caller);
  await assert.rejects(wrong, (thrown) => thrown instanceof Fault && thrown.refusal.param === 'username');
  const auditor: AdminCaller = { ...caller, role: 'auditor' };
  const forbidden = giveCommand(remote.port, named('users create'), { ...given, body: { name: 'Bob' } }, auditor);
  await assert.rejects(forbidden, (thrown) => thrown instanceof Fault && thrown.code === 'forbidden');
  remote.close();
  await server.drain();
});
