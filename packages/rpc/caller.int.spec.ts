import assert from 'node:assert/strict';
import type { AdminCaller } from '#contracts/admin.ts';
import { DeadLettersService } from '#contracts/gen/gateway/deadletters/v1/dead_letters_pb.js';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { Health } from '#contracts/gen/grpc/health/v1/health_pb.js';
import { Fault } from '#errors/fault.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createGrpcClient } from './client.ts';
import { servedService } from './served-service.ts';
import { startGrpcServer } from './server.ts';

const adminToken = 'the-gateways-own-token';
const roles = { at_owner: 'owner', at_auditor: 'auditor', at_billing: 'billing' } as const;
const seen: (AdminCaller | undefined)[] = [];

const server = await startGrpcServer({
  host: '127.0.0.1',
  port: 0,
  adminToken,
  findAdminToken: (token) => {
    const role = roles[token as keyof typeof roles];
    return role && { id: `id-of-${token}`, role };
  },
  logger: { warn: () => {}, error: () => {} },
  services: [
    servedService(JournalService, {
      async head(_request, { caller }) {
        seen.push(caller);
        return { position: 7n, epoch: 1 };
      },
      readStream: async () => ({ events: [] }),
      async *read(_request, { caller }) {
        seen.push(caller);
        yield* [];
      },
    }),
    servedService(DeadLettersService, { list: async () => ({}), retry: async () => ({}) }),
    servedService(QuotaService, {
      getBalances: async () => ({}),
      getPayerBalances: async () => ({}),
      debit: async () => ({}),
      getLimitStates: async () => ({}),
      getQuote: async () => ({}),
      getStats: async () => ({}),
    }),
  ],
});
afterAll(() => server.drain());

const peer = (token: string) => ({ addresses: [server.address], adminToken: token });
const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

async function headWith(token: string, caller?: AdminCaller): Promise<AdminCaller | undefined> {
  const { calls, close } = createGrpcClient(JournalService, peer(token));
  try {
    await calls.head({}, { caller });
    for await (const _ of calls.read({ fromPosition: 1n }, { caller })) assert.fail('there is no event');
    assert.deepEqual(seen.at(-2)?.actor, seen.at(-1)?.actor, 'the same for a call and for a stream');
    return seen.at(-1);
  } finally {
    close();
  }
}

test("with the gateway's own token a call is on behalf of whom it names, else of the token itself", async () => {
  const ann: AdminCaller = { actor: 'ann', role: 'billing', address: '192.0.2.1', requestId: 'request-1' };
  assert.deepEqual(await headWith(adminToken, ann), ann);
  assert.partialDeepStrictEqual(await headWith(adminToken), {
    actor: 'bootstrap',
    role: 'owner',
    address: '127.0.0.1',
  });
});

test('a personal token is its own caller, whomever the call names', async () => {
  const owner: AdminCaller = { actor: 'bootstrap', role: 'owner', address: '', requestId: '' };
  const caller = await headWith('at_auditor', owner);
  assert.partialDeepStrictEqual(caller, { actor: 'id-of-at_auditor', role: 'auditor', address: '127.0.0.1' });
});

test('a personal token calls what its role may: auditors read, owners mend, and nobody plays a service', async () => {
  const cases = [
    ['at_billing', 'journal', 'forbidden'],
    ['at_auditor', 'journal', undefined],
    ['at_owner', 'journal', undefined],
    ['at_auditor', 'list', undefined],
    ['at_auditor', 'retry', 'forbidden'],
    ['at_owner', 'retry', undefined],
    ['at_owner', 'quota', 'forbidden'],
    ['at_nobody', 'journal', 'invalid_admin_token'],
  ] as const;
  for (const [token, what, code] of cases) {
    const journal = createGrpcClient(JournalService, peer(token));
    const deadLetters = createGrpcClient(DeadLettersService, peer(token));
    const quota = createGrpcClient(QuotaService, peer(token));
    const call = {
      journal: () => journal.calls.head({}),
      list: () => deadLetters.calls.list({}),
      retry: () => deadLetters.calls.retry({}),
      quota: () => quota.calls.getStats({}),
    }[what]();
    if (code === undefined) await call;
    else await assert.rejects(call, hasCode(code), `${token} ${what}`);
    for (const client of [journal, deadLetters, quota]) client.close();
  }
});

test('health is told to anyone, who is nobody by saying so', async () => {
  const { calls, close } = createGrpcClient(Health, peer(''));
  const owner: AdminCaller = { actor: 'me', role: 'owner', address: '', requestId: '' };
  assert.equal((await calls.check({}, { caller: owner })).status, 1);
  close();
});
