import assert from 'node:assert/strict';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import { createGrpcClient } from '#rpc/client.ts';
import { afterAll, test } from '#testkit/test.ts';
import { gatewayctl, gatewayctlJson } from './support/gatewayctl.ts';
import { install } from './support/install.ts';

const installation = await install();
const { admin } = installation;
afterAll(() => installation[Symbol.asyncDispose]());

interface Operation {
  readonly 'x-roles'?: readonly string[];
}

interface Page<T> {
  readonly data: readonly T[];
}

/** A new personal token, and what is done with it on each surface. */
async function issueToken(role: string) {
  const body = { name: `a token of the ${role}`, role };
  const { status, document, headers } = await admin.call<{ id: string; token: string }>('POST', '/admin/admin-tokens', {
    body,
  });
  assert.equal(status, 201);
  assert.equal(headers.get('cache-control'), 'no-store');
  const { id, token } = document;
  const gateway = { ...installation.gateway(), adminToken: token };
  return {
    id,
    http: <T>(method: string, path: string, sent?: object) =>
      admin.call<T>(method, path, { token, ...(sent && { body: sent }) }),
    ctl: (...args: string[]) => gatewayctl(gateway, args),
    async grpc<T>(use: (calls: ReturnType<typeof adminCalls>['calls']) => Promise<T>): Promise<T> {
      const client = adminCalls(token);
      try {
        return await use(client.calls);
      } finally {
        client.close();
      }
    },
  };
}

function adminCalls(adminToken: string) {
  return createGrpcClient(AdminService, { addresses: installation.gateway().grpcAddress.split(','), adminToken });
}

const isForbidden = (thrown: unknown) => thrown instanceof Fault && thrown.code === 'forbidden';

test('a limit that REST sets is what gatewayctl and gRPC see, and a change by one is a change for all', async () => {
  const body = { subject: { kind: 'gateway' }, unit: 'requests', period: 'minute', amount: 1_000, kind: 'soft' };
  const set = await admin.call<{ amount: number }>('PUT', '/admin/limits/team/red', { body });
  assert.deepEqual([set.status, set.document.amount], [201, 1_000]);
  const gateway = installation.gateway();
  const shown = await gatewayctlJson<{ amount: number }>(gateway, ['limits', 'get', 'team/red']);
  assert.equal(shown.amount, 1_000);
  const version = set.headers.get('etag')?.replaceAll('"', '') ?? '';
  const changed = await gatewayctl(gateway, [
    'limits',
    'update',
    'team/red',
    '--amount',
    '2000',
    '--if-version',
    version,
  ]);
  assert.equal(changed.code, 0, changed.stderr);
  const late = await admin.call<{ code: string }>('PATCH', '/admin/limits/team/red', {
    body: { amount: 3_000 },
    headers: { 'if-match': set.headers.get('etag') ?? '' },
  });
  assert.deepEqual([late.status, late.document.code], [412, 'precondition_failed']);
  const client = adminCalls(gateway.adminToken);
  const { resource } = await client.calls.get({ kind: 'limit', id: 'team/red' });
  client.close();
  assert.equal(resource?.resource.case === 'limit' && resource.resource.value.amount, '2000');
});

test('a personal token may do what its role may, on each surface, until it is deleted', async () => {
  const auditor = await issueToken('auditor');
  assert.equal((await auditor.http('GET', '/admin/users')).status, 200);
  assert.equal((await auditor.ctl('users', 'list')).code, 0);
  assert.equal((await auditor.grpc((calls) => calls.whoAmI({}))).actor, auditor.id);

  const refused = await auditor.http<{ code: string }>('POST', '/admin/users', { name: 'Eve' });
  assert.deepEqual([refused.status, refused.document.code], [403, 'forbidden']);
  assert.equal((await auditor.ctl('users', 'create', '--name', 'Eve')).code, 1);
  const resource = { resource: { case: 'user' as const, value: { name: 'Eve' } } };
  await assert.rejects(
    auditor.grpc((calls) => calls.create({ resource })),
    isForbidden,
  );

  assert.ok([200, 204].includes((await admin.call('DELETE', `/admin/admin-tokens/${auditor.id}`)).status));
  assert.equal((await auditor.http('GET', '/admin/users')).status, 401);
  assert.equal((await auditor.ctl('users', 'list')).code, 1);
});

test('the log of actions says who did what, from where, before and after', async () => {
  const operator = await issueToken('operator');
  const made = await operator.http<{ id: string }>('POST', '/admin/teams', { name: 'Red' });
  assert.equal(made.status, 201);
  assert.equal((await operator.ctl('teams', 'update', made.document.id, '--name', 'Blue')).code, 0);
  const path = `/admin/audit-log?actor=${operator.id}`;
  const { document } = await admin.call<Page<Record<string, string>>>('GET', path);
  assert.deepEqual(
    document.data.map(({ action, kind, id, role }) => ({ action, kind, id, role })),
    ['update', 'create'].map((action) => ({ action, kind: 'team', id: made.document.id, role: 'operator' })),
  );
  const [updated, created] = document.data;
  assert.match(updated?.['before'] ?? '', /Red/);
  assert.match(updated?.['after'] ?? '', /Blue/);
  assert.equal(created?.['request_id'], made.headers.get('x-request-id'));
  assert.match(created?.['address'] ?? '', /127\.0\.0\.1|::1/);
});

test('every operation of administration is open to the roles it names, and to nobody else', async () => {
  const { document } = await admin.call<{ paths: Record<string, Record<string, Operation>> }>('GET', '/openapi.json');
  const tokens = new Map(
    await Promise.all(
      ['owner', 'operator', 'billing', 'auditor'].map(async (role) => [role, await issueToken(role)] as const),
    ),
  );
  let asked = 0;
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { 'x-roles': roles }] of Object.entries(operations)) {
      if (roles === undefined) continue;
      for (const [role, { http }] of tokens) {
        // Of nothing that is there: what may be done finds nothing to do it to.
        const url = path.replaceAll(/\{\w+\}/g, 'nothing');
        const { status } = await http(
          method.toUpperCase(),
          url,
          method === 'get' || method === 'delete' ? undefined : {},
        );
        assert.equal(status === 403, !roles.includes(role), `${method} ${path} as ${role}: ${status}`);
        assert.ok(status < 500 && status !== 401 && status !== 405, `${method} ${path} as ${role}: ${status}`);
        asked += 1;
      }
      const { status } = await admin.call(method.toUpperCase(), path, { token: 'at_nobody' });
      assert.ok(status === 401 || status === 429, `${method} ${path} as nobody: ${status}`);
    }
  }
  assert.ok(asked > 250);
});

test('every URL of administration that reads answers, and says what it reads', async () => {
  const { document } = await admin.call<{ paths: Record<string, object> }>('GET', '/openapi.json');
  const lists = Object.entries(document.paths).filter(
    ([path, methods]) => /^\/admin\/[a-z-]+$/.test(path) && 'get' in methods,
  );
  assert.ok(lists.length > 12);
  for (const [path] of lists) assert.equal((await admin.call('GET', path)).status, 200, path);
});
