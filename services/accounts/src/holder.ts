import { create } from '@bufbuild/protobuf';
import type { AdminCaller, AdminInput, AdminOutput } from '#contracts/admin.ts';
import { ListLedgerRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { Fault } from '#errors/fault.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import type { VerbCommand } from './domain/resource/command.ts';
import { changeOwnKey } from './handlers/own-keys.ts';
import { there } from './ports.ts';
import { listLedger } from './queries/ledger.ts';
import { getOwnAccount } from './queries/own-account.ts';
import { explainOwnRequest } from './queries/own-explanation.ts';
import { listOwnKeys } from './queries/own-keys.ts';
import { listOwnLimits } from './queries/own-limits.ts';
import { listOwnPrices } from './queries/own-prices.ts';
import { getOwnUsage, listOwnRequests } from './queries/own-requests.ts';

const HOUR_MS = 3_600_000;

type HolderMethod =
  | 'getMe'
  | 'listMyApiKeys'
  | 'rotateMyApiKey'
  | 'pauseMyApiKey'
  | 'resumeMyApiKey'
  | 'revokeMyApiKey'
  | 'listMyLimits'
  | 'getMyUsage'
  | 'listMyRequests'
  | 'explainMyRequest'
  | 'listMyPrices'
  | 'listMyLedger';

type Handlers = {
  readonly [M in HolderMethod]: (request: AdminInput<M>, caller: AdminCaller) => Promise<AdminOutput<M>>;
};

/** What a holder may ask for: of the user that the caller is, and of nobody else. */
export function holderHandlers(dependencies: AdminDependencies): Handlers {
  const { neighbours, clock, registry } = dependencies;
  const computed = () => ({ ...dependencies, nowMs: clock(), mayReadKeys: true });
  const billing = () => there(neighbours().ledger, 'Billing');
  const change = async (id: string, command: VerbCommand, caller: AdminCaller, idempotencyKey = '') => {
    const apiKey = await changeOwnKey(dependencies, userOf(caller), { id, command, idempotencyKey }, caller);
    return { apiKey };
  };
  return {
    getMe: (_request, caller) => getOwnAccount(dependencies, userOf(caller), caller),
    listMyApiKeys: (_request, caller) => listOwnKeys(computed(), userOf(caller)),
    rotateMyApiKey: ({ id, overlapHours, idempotencyKey }, caller) =>
      change(id, { type: 'rotate', overlapMs: overlapHours * HOUR_MS }, caller, idempotencyKey),
    pauseMyApiKey: ({ id }, caller) => change(id, { type: 'pause' }, caller),
    resumeMyApiKey: ({ id }, caller) => change(id, { type: 'resume' }, caller),
    revokeMyApiKey: ({ id }, caller) => change(id, { type: 'revoke' }, caller),
    listMyLimits: (_request, caller) => listOwnLimits(computed(), userOf(caller)),
    getMyUsage: (request, caller) => getOwnUsage(billing(), userOf(caller), request, clock()),
    listMyRequests: (request, caller) => listOwnRequests(billing(), userOf(caller), request),
    explainMyRequest: ({ id }, caller) =>
      explainOwnRequest({ log: there(neighbours().storedLog, 'The log'), registry }, userOf(caller), id),
    listMyPrices: async (request, caller) =>
      listOwnPrices({ registry, models: dependencies.models, nowMs: clock() }, request, {
        ...caller,
        userId: userOf(caller),
      }),
    async listMyLedger({ limit, after }, caller) {
      const payer = { kind: 'user', id: userOf(caller) } as const;
      const page = await listLedger(dependencies, payer, create(ListLedgerRequestSchema, { limit, after }));
      return { lines: page.lines ?? [], hasMore: page.hasMore ?? false };
    },
  };
}

/** Refused where a caller of the role names nobody, as a token of an earlier time cannot. */
function userOf({ userId = '' }: AdminCaller): string {
  if (userId !== '') return userId;
  throw new Fault({ code: 'forbidden', message: 'The caller is a key holder of no user.' });
}
