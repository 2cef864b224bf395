import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { fieldProblems } from '#admin-api/check-fields.ts';
import type { AdminCaller, AdminInput, AdminMethod, AdminOutput, AdminPort, AdminRole } from '#contracts/admin.ts';
import { AdminService, ListProviderHealthResponseSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { Kind, ResourceOf } from '#registry/kinds.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import { mayRead, roleProblem } from './domain/authorise.ts';
import { notFound } from './domain/resource/decide.ts';
import { changeBalance, payerOf, undoCredit } from './handlers/change-balance.ts';
import { endSessionsOfKey } from './handlers/end-key-sessions.ts';
import { keyOf } from './handlers/idempotency.ts';
import { recordAction } from './handlers/record-action.ts';
import {
  createResource,
  deleteResource,
  givenKind,
  isAddress,
  runVerb,
  updateResource,
} from './handlers/resource-commands.ts';
import { retryAlert } from './handlers/retry-alert.ts';
import { createSignInLink } from './handlers/sign-in-link.ts';
import { testAlertChannel } from './handlers/test-alert-channel.ts';
import { holderHandlers } from './holder.ts';
import { there } from './ports.ts';
import { findAlert, listAlerts } from './queries/alerts.ts';
import { listAuditLog } from './queries/audit-log.ts';
import { listBalancesAt } from './queries/balances-at.ts';
import { answeredWhole, changedWhole } from './queries/changed-resource.ts';
import { compareModels } from './queries/compare-models.ts';
import { deadLettersOf, listDeadLetters, retryDeadLetters } from './queries/dead-letters.ts';
import { explainRequest } from './queries/explain-request.ts';
import { explainRoute } from './queries/explain-route.ts';
import { listLedger } from './queries/ledger.ts';
import { getLogMoment, type MomentDependencies } from './queries/log-moment.ts';
import { listOfferedModels } from './queries/offered-models.ts';
import { createNameOf } from './queries/payer-names.ts';
import { listPriceBook } from './queries/price-book.ts';
import { providerStates } from './queries/provider-states.ts';
import { getUsageReport, listRequests } from './queries/requests.ts';
import { getResource, listResources } from './queries/resources.ts';
import { getResourceAt, listResourcesAt } from './queries/resources-at.ts';
import { listRunways } from './queries/runways.ts';
import { getShadowReport } from './queries/shadow-report.ts';
import { verifyRange } from './queries/verify-range.ts';

const HOUR_MS = 3_600_000;

/** Administration as accounts decides it. Each command is checked first: who may give it, and what its fields hold. */
export function createAdmin(dependencies: AdminDependencies): AdminPort {
  const handlers = {
    ...resourceHandlers(dependencies),
    ...verbs(dependencies),
    ...alerts(dependencies),
    ...others(dependencies),
    ...history(dependencies),
    ...holderHandlers(dependencies),
  };
  const methods = Object.keys(handlers) as AdminMethod[];
  return Object.fromEntries(
    methods.map((method) => [method, guarded(method, handlers[method] as Handler<typeof method>)]),
  ) as unknown as AdminPort;
}

type Handler<M extends AdminMethod> = (request: AdminInput<M>, caller: AdminCaller) => Promise<AdminOutput<M>>;
type Handlers<M extends AdminMethod> = { readonly [N in M]: Handler<N> };

function guarded<M extends AdminMethod>(method: M, handler: Handler<M>): Handler<M> {
  const { input } = AdminService.method[method];
  return async (request, caller) => {
    // A caller in the same process may leave fields out.
    const whole = create(input, request as MessageInitShape<typeof input>) as AdminInput<M>;
    const problem = roleProblem(method, whole, caller.role) ?? requestProblem(fieldProblems(input, whole)[0]);
    if (problem !== undefined) throw new Fault(problem);
    return handler(inOwnScope(whole, caller), caller);
  };
}

/** The request with its idempotency key as the caller means it. */
function inOwnScope<R extends object>(request: R, caller: AdminCaller): R {
  if (!('idempotencyKey' in request) || typeof request.idempotencyKey !== 'string') return request;
  return { ...request, idempotencyKey: keyOf(request.idempotencyKey, caller) };
}

/** The id of a request names what is there: a text that can be no id names nothing. */
function requestProblem(problem: Refusal | undefined): Refusal | undefined {
  if (problem?.param !== 'id') return problem;
  return { code: 'not_found', message: 'There is nothing of this id.', param: 'id' };
}

function resourceHandlers(dependencies: AdminDependencies): Handlers<'create' | 'get' | 'list' | 'update' | 'delete'> {
  const { clock, emailDigest } = dependencies;
  const whole = <A extends { readonly resource?: unknown }>(answer: A): Promise<A> =>
    answeredWhole({ ...dependencies, nowMs: clock(), mayReadKeys: true }, answer);
  return {
    create: async (request, caller) => whole(await createResource(dependencies, request, caller)),
    update: async (request, caller) => whole(await updateResource(dependencies, request, caller)),
    delete: async (request, caller) => whole(await deleteResource(dependencies, request, caller)),
    async get({ kind: name, id }, { role }) {
      const kind = givenKind(name);
      if (!isAddress(id)) throw new Fault(notFound(kind));
      return getResource({ ...dependencies, nowMs: clock(), mayReadKeys: mayRead(role, 'key') }, kind, id);
    },
    async list(request, { role }) {
      const context = { ...dependencies, nowMs: clock(), emailDigest, mayReadKeys: mayRead(role, 'key') };
      return listResources(context, givenKind(request.kind), request);
    },
  };
}

function verbs(
  dependencies: AdminDependencies,
): Handlers<'suspendUser' | 'resumeUser' | 'pauseApiKey' | 'resumeApiKey' | 'revokeApiKey' | 'rotateApiKey'> {
  const run = async <K extends 'user' | 'key'>(verb: Parameters<typeof runVerb<K>>[1]): Promise<ResourceOf<K>> => {
    const changed = await runVerb<Kind>(dependencies, verb);
    return (await changedWhole({ ...dependencies, nowMs: dependencies.clock(), mayReadKeys: true }, changed))
      .value as ResourceOf<K>;
  };
  const user = async (type: 'suspend' | 'resume', id: string, caller: AdminCaller) => ({
    user: await run({ kind: 'user', id, command: { type }, caller }),
  });
  const key = async (type: 'pause' | 'resume' | 'revoke', id: string, caller: AdminCaller) => ({
    apiKey: await run({ kind: 'key', id, command: { type }, caller }),
  });
  return {
    suspendUser: ({ id }, caller) => user('suspend', id, caller),
    resumeUser: ({ id }, caller) => user('resume', id, caller),
    pauseApiKey: ({ id }, caller) => key('pause', id, caller),
    resumeApiKey: ({ id }, caller) => key('resume', id, caller),
    revokeApiKey: ({ id }, caller) => key('revoke', id, caller),
    async rotateApiKey({ id, overlapHours, idempotencyKey }, caller) {
      const command = { type: 'rotate', overlapMs: overlapHours * HOUR_MS } as const;
      const apiKey = await run({ kind: 'key', id, command, idempotencyKey, caller });
      await endSessionsOfKey(dependencies, id, caller);
      return { apiKey };
    },
  };
}

function alerts(dependencies: AdminDependencies): Handlers<'testAlertChannel' | 'listAlerts' | 'retryAlert'> {
  return {
    testAlertChannel: (request) => testAlertChannel(dependencies, request),
    listAlerts: (request) => listAlerts(dependencies, request),
    async retryAlert(request, caller) {
      await retryAlert(dependencies, request, caller);
      const alert = await findAlert(dependencies, request.id);
      return alert === undefined ? {} : { alert };
    },
  };
}

function others(
  dependencies: AdminDependencies,
): Handlers<
  | 'changeBalance'
  | 'undoCredit'
  | 'listLedger'
  | 'testProvider'
  | 'listProviderHealth'
  | 'compareModels'
  | 'explainRoute'
  | 'getShadowReport'
  | 'listRequests'
  | 'getUsageReport'
  | 'listRunways'
  | 'explainRequest'
  | 'verifyRange'
  | 'listDeadLetters'
  | 'retryDeadLetters'
  | 'importPrices'
  | 'listOfferedModels'
  | 'listPriceBook'
  | 'listAuditLog'
  | 'whoAmI'
  | 'createSignInLink'
> {
  const { neighbours, registry } = dependencies;
  return {
    changeBalance: (request, caller) => changeBalance(dependencies, request, caller),
    undoCredit: (request, caller) => undoCredit(dependencies, request, caller),
    listLedger: (request) => listLedger(dependencies, payerOf(request), request),
    async testProvider({ id, model }) {
      if (registry.get('provider', id) === undefined) throw new Fault(notFound('provider'));
      const { isOk: ok, ...rest } = await there(neighbours().routerAdmin, 'The router').testProvider({
        providerId: id,
        model,
      });
      return { ok, ...rest };
    },
    async listProviderHealth({ provider }) {
      const health = await there(neighbours().routerAdmin, 'The router').currentHealth();
      return create(ListProviderHealthResponseSchema, providerStates(health, provider));
    },
    async compareModels({ id }) {
      const provider = registry.get('provider', id);
      if (provider === undefined) throw new Fault(notFound('provider'));
      const router = there(neighbours().routerAdmin, 'The router');
      return compareModels({ registry, router, nowMs: dependencies.clock() }, provider);
    },
    explainRoute: (request) =>
      explainRoute(
        { registry, models: dependencies.models, clock: dependencies.clock, router: neighbours().routerAdmin },
        request,
      ),
    getShadowReport: (request) => getShadowReport(there(neighbours().ledger, 'Billing'), request),
    listRequests: (request) => listRequests(there(neighbours().ledger, 'Billing'), request),
    getUsageReport: (request) => getUsageReport(there(neighbours().ledger, 'Billing'), request, dependencies.clock()),
    listRunways: (request) =>
      listRunways(
        {
          ledger: there(neighbours().ledger, 'Billing'),
          balances: there(neighbours().moneyAndLimits, 'Quota'),
          nameOf: createNameOf(dependencies),
          nowMs: dependencies.clock(),
        },
        request,
      ),
    explainRequest: ({ id }) => explainRequest({ log: there(neighbours().storedLog, 'The log'), registry }, id),
    verifyRange: (request) => verifyRange(there(neighbours().storedLog, 'The log'), request),
    listDeadLetters: (request) => listDeadLetters(deadLettersOf(neighbours()), request),
    retryDeadLetters: (request, caller) =>
      retryDeadLetters(deadLettersOf(neighbours()), request, () => {
        const { consumer, position } = request;
        const details: Record<string, string> = position === 0n ? {} : { position: String(position) };
        return recordAction(dependencies, { action: 'retry', kind: 'dead_letters', id: consumer, details }, caller);
      }),
    importPrices: (request, caller) =>
      there(neighbours().priceImports, 'The import of prices').importPrices(request, caller, (update, by) =>
        updateResource(dependencies, update, by, 'import'),
      ),
    listOfferedModels: async (request) =>
      listOfferedModels({ registry, models: dependencies.models, nowMs: dependencies.clock() }, request),
    listPriceBook: async (request) => listPriceBook({ registry, nowMs: dependencies.clock() }, request),
    createSignInLink: (request, caller) => createSignInLink(dependencies, request, caller),
    listAuditLog: (request, { role }) => listAuditLog(dependencies, request, (kind) => mayRead(role, kind)),
    async whoAmI(_request, { actor, role }) {
      return { actor, role, expiresAt: registry.get('token', actor)?.expiresAt ?? '' };
    },
  };
}

/** What was the state at a time. */
function history(
  dependencies: AdminDependencies,
): Handlers<'getLogMoment' | 'listBalancesAt' | 'listResourcesAt' | 'getResourceAt'> {
  const { neighbours, clock } = dependencies;
  const moment = (): MomentDependencies => ({ log: there(neighbours().storedLog, 'The log'), nowMs: clock() });
  return {
    getLogMoment: async (request) => getLogMoment(moment(), request),
    listBalancesAt: async (request) =>
      listBalancesAt({ ...moment(), ledger: there(neighbours().ledger, 'Billing') }, request),
    listResourcesAt: async (request, { role }) =>
      listResourcesAt({ ...dependencies, ...moment() }, readableKind(request.kind, role), request),
    async getResourceAt(request, { role }) {
      const kind = readableKind(request.kind, role);
      if (!isAddress(request.id)) throw new Fault(notFound(kind));
      return getResourceAt({ ...dependencies, ...moment() }, kind, request);
    },
  };
}

/** A kind whose past may be read by who may read what it is now. */
function readableKind(name: string, role: AdminRole): Kind {
  const kind = givenKind(name);
  if (mayRead(role, kind)) return kind;
  throw new Fault({ code: 'forbidden', message: `An administrator with the role ${role} may not read this kind.` });
}
