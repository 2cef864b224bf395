import assert from 'node:assert/strict';
import type { BalancesPort, Debit } from '#contracts/admin-needs.ts';
import { QuotaService } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import { servedService } from '#rpc/served-service.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { type Scope, test } from '#testkit/test.ts';
import {
  debitFromWire,
  debitOutcomeToWire,
  limitStateToWire,
  payerBalanceToWire,
  payerFromWire,
} from './balances-wire.ts';
import { createRemoteBalances } from './remote-balances.ts';

const money = { creditedNanoUsd: 9_007_199_254_740_993n, chargedNanoUsd: 2n, heldNanoUsd: 1n, availableNanoUsd: 4n };
const window = { limitId: 'l', amount: 10n, used: 3n, held: 2n, left: 5n };

/** What quota is asked, and what it answers. */
function quota(): { readonly port: BalancesPort; readonly debits: Debit[] } {
  const debits: Debit[] = [];
  const port: BalancesPort = {
    balancesOf: async (payers) => payers.map((payer) => ({ payer, ...money })),
    async debit(debit) {
      debits.push(debit);
      if (debit.amountNanoUsd === 1n) return { position: 7 };
      return { refusal: { code: 'insufficient_balance', message: 'No.', param: 'amount_usd', retryAfterMs: 5 } };
    },
    limitStates: async (limitIds) =>
      limitIds.map((limitId) => ({ ...window, limitId, resetsAtMs: limitId === 'ever' ? null : 1_700_000_000_000 })),
    heldInAll: async () => 9_007_199_254_740_993n,
  };
  return { port, debits };
}

async function remote(t: Scope, port: BalancesPort) {
  const service = servedService(QuotaService, {
    getBalances: async () => ({ balances: [] }),
    getPayerBalances: async ({ payers }) => ({
      balances: (await port.balancesOf(payers.map(payerFromWire))).map(payerBalanceToWire),
    }),
    debit: async (request) => debitOutcomeToWire(await port.debit(debitFromWire(request))),
    getLimitStates: async ({ limitIds }) => ({ states: (await port.limitStates(limitIds)).map(limitStateToWire) }),
    getQuote: async () => ({}),
    getStats: async () => ({ openHolds: 0, position: 0n, heldNanoUsd: await port.heldInAll() }),
  });
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [service],
    adminToken: 't',
    logger: { warn: () => undefined, error: () => undefined },
  });
  t.defer(() => server.drain());
  const client = createRemoteBalances({ addresses: [server.address], adminToken: 't' });
  t.defer(() => client.close());
  return client;
}

test('balances, debits and limits come out of another process as they went in', async (t) => {
  const { port, debits } = quota();
  const client = await remote(t, port);
  const payers = [{ kind: 'user', id: 'u' } as const, { kind: 'organisation', id: 'o' } as const];
  assert.deepEqual(await client.balancesOf(payers), await port.balancesOf(payers));
  assert.deepEqual(await client.limitStates(['l', 'ever']), await port.limitStates(['l', 'ever']));
  assert.equal(await client.heldInAll(), await port.heldInAll());
  const debit: Debit = {
    debitId: 'd',
    payer: { kind: 'team', id: 't' },
    amountNanoUsd: 1n,
    reason: 'a mistake',
    undoesCreditId: 'c',
    by: { actor: 'bootstrap', role: 'billing', address: '::1', requestId: 'r' },
  };
  assert.deepEqual(await client.debit(debit), { position: 7 });
  assert.deepEqual(debits, [debit]);
  const refused = await client.debit({ ...debit, amountNanoUsd: 2n });
  assert.deepEqual(refused, await port.debit({ ...debit, amountNanoUsd: 2n }));
});

test('a payer of no kind there is is refused', async (t) => {
  const client = await remote(t, quota().port);
  const payer = { kind: 'gateway', id: '' } as unknown as Debit['payer'];
  await assert.rejects(client.balancesOf([payer]), { code: 'invalid_request' });
});
