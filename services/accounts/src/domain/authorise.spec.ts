import assert from 'node:assert/strict';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { AdminInput, AdminMethod, AdminRole } from '#contracts/admin.ts';
import { AdminService } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { emptyResource, type Kind, kinds, wrap } from '#registry/kinds.ts';
import { test } from '#testkit/test.ts';
import { roleProblem } from './authorise.ts';

const roles: readonly AdminRole[] = ['owner', 'operator', 'billing', 'auditor', 'holder'];

/** Who may read and who may write each kind, as a person would say it: the options have to agree. */
const byKind: Readonly<Record<Kind, { readonly read: string; readonly write: string }>> = {
  organisation: { read: 'owner operator billing auditor', write: 'owner operator' },
  team: { read: 'owner operator billing auditor', write: 'owner operator' },
  user: { read: 'owner operator billing auditor', write: 'owner operator' },
  key: { read: 'owner operator auditor', write: 'owner operator' },
  limit: { read: 'owner operator billing auditor', write: 'owner operator' },
  token: { read: 'owner', write: 'owner' },
  provider: { read: 'owner operator billing auditor', write: 'owner operator' },
  model: { read: 'owner operator billing auditor', write: 'owner operator' },
  alias: { read: 'owner operator billing auditor', write: 'owner operator' },
  price: { read: 'owner operator billing auditor', write: 'owner operator billing' },
  route: { read: 'owner operator billing auditor', write: 'owner operator' },
  settings: { read: 'owner operator billing auditor', write: 'owner operator' },
  alertChannel: { read: 'owner operator billing auditor', write: 'owner operator' },
  alertRule: { read: 'owner operator billing auditor', write: 'owner operator' },
};

type OfEveryKind = 'create' | 'get' | 'list' | 'update' | 'delete';

const byMethod: Readonly<Record<Exclude<AdminMethod, OfEveryKind>, string>> = {
  suspendUser: 'owner operator',
  resumeUser: 'owner operator',
  changeBalance: 'owner operator billing',
  undoCredit: 'owner operator billing',
  listLedger: 'owner operator billing auditor',
  pauseApiKey: 'owner operator',
  resumeApiKey: 'owner operator',
  revokeApiKey: 'owner operator',
  rotateApiKey: 'owner operator',
  testProvider: 'owner operator',
  listProviderHealth: 'owner operator billing auditor',
  compareModels: 'owner operator',
  explainRoute: 'owner operator auditor',
  getShadowReport: 'owner operator billing auditor',
  listRequests: 'owner operator billing auditor',
  getUsageReport: 'owner operator billing auditor',
  listRunways: 'owner operator billing auditor',
  explainRequest: 'owner operator billing auditor',
  verifyRange: 'owner operator billing auditor',
  getLogMoment: 'owner operator billing auditor',
  listBalancesAt: 'owner operator billing auditor',
  listResourcesAt: 'owner operator billing auditor',
  getResourceAt: 'owner operator billing auditor',
  listDeadLetters: 'owner operator billing auditor',
  retryDeadLetters: 'owner operator',
  testAlertChannel: 'owner operator',
  listAlerts: 'owner operator billing auditor',
  retryAlert: 'owner operator',
  importPrices: 'owner operator billing',
  listOfferedModels: 'owner operator billing auditor',
  listPriceBook: 'owner operator billing auditor',
  listAuditLog: 'owner operator billing auditor',
  whoAmI: 'owner operator billing auditor',
  createSignInLink: 'owner operator',
  getMe: 'holder',
  listMyApiKeys: 'holder',
  rotateMyApiKey: 'holder',
  pauseMyApiKey: 'holder',
  resumeMyApiKey: 'holder',
  revokeMyApiKey: 'holder',
  listMyLimits: 'holder',
  getMyUsage: 'holder',
  listMyRequests: 'holder',
  listMyLedger: 'holder',
  explainMyRequest: 'holder',
  listMyPrices: 'holder',
};

function allowed(method: AdminMethod, fields: object): string {
  const { input } = AdminService.method[method];
  const request = create(input, fields as MessageInitShape<typeof input>) as AdminInput<typeof method>;
  return roles.filter((role) => roleProblem(method, request, role) === undefined).join(' ');
}

test('each role may read and write the kinds that are its business, by each of the five methods', () => {
  for (const [name, { read, write }] of Object.entries(byKind)) {
    const kind = name as Kind;
    const resource = wrap({ case: kind, value: emptyResource(kind, 'x') } as never);
    assert.equal(allowed('get', { kind, id: 'x' }), read, `get ${kind}`);
    assert.equal(allowed('list', { kind }), read, `list ${kind}`);
    assert.equal(allowed('create', { resource }), write, `create ${kind}`);
    assert.equal(allowed('update', { resource }), write, `update ${kind}`);
    assert.equal(allowed('delete', { kind, id: 'x' }), write, `delete ${kind}`);
  }
  assert.deepEqual(Object.keys(byKind), [...kinds.keys()]);
});

test('each role may give the commands that are its business', () => {
  for (const [method, expected] of Object.entries(byMethod))
    assert.equal(allowed(method as AdminMethod, {}), expected, method);
  const five: readonly string[] = ['create', 'get', 'list', 'update', 'delete'];
  assert.deepEqual(
    AdminService.methods
      .map(({ localName }) => localName)
      .filter((name) => !five.includes(name))
      .sort(),
    Object.keys(byMethod).sort(),
  );
});

test('a request without a kind, or of none that there is, is for the owner alone', () => {
  assert.equal(allowed('create', {}), 'owner');
  assert.equal(allowed('get', { kind: 'planet', id: 'x' }), 'owner');
});
