import type { DescMessage, Message } from '@bufbuild/protobuf';
import { fieldProblems } from '#admin-api/check-fields.ts';
import { commands } from '#admin-api/commands.ts';
import type { AdminCaller, AdminMethod, AdminPort } from '#contracts/admin.ts';
import { ChangeBalanceRequestSchema } from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { ApiKey, Resource, User } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { Fault } from '#errors/fault.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { factsOf, isKind, type Kind, unwrap, wrap } from '#registry/kinds.ts';
import { balanceOf, createMemoryResources, type Fields, type MemoryResources, refuse } from './memory-resources.ts';

/** Administration in the memory of a test: what it was asked, and just enough of an answer. */
export interface MemoryAdmin {
  readonly port: AdminPort;
  /** Every call, with its caller. */
  readonly calls: { readonly method: AdminMethod; readonly request: unknown; readonly caller: AdminCaller }[];
  /** Whose key this is, while it works. */
  authenticate(apiKey: string): { readonly keyId: string; readonly userId: string } | undefined;
}

const CREATED_AT = '2026-01-01T00:00:00Z';
const PAGE_DEFAULT = 100;

/** `onPut`: see `createMemoryResources`. */
export function createMemoryAdmin(onPut?: Parameters<typeof createMemoryResources>[0]): MemoryAdmin {
  const resources = createMemoryResources(onPut);
  const calls: MemoryAdmin['calls'] = [];
  const methods: Partial<AdminPort> = { ...resourceMethods(resources), ...ownMethods(resources) };
  const port = new Proxy(methods, {
    get: (_target, name: AdminMethod) => async (request: never, caller: AdminCaller) => {
      calls.push({ method: name, request, caller });
      const kind = kindIn(request);
      const command = commands.find((each) => each.method === name && (kind === undefined || each.kind?.kind === kind));
      if (command?.roles.includes(caller.role) === false) refuse('forbidden', `${caller.role} may not do that.`);
      const method = methods[name];
      if (method === undefined) throw new Error(`${name} is not among what this test knows`);
      return method(request, caller);
    },
  }) as AdminPort;
  return {
    port,
    calls,
    authenticate(apiKey) {
      const key = resources.all('key').find((each) => each['apiKey'] === apiKey);
      return key?.['status'] === 'active' ? { keyId: key.id, userId: String(key['userId']) } : undefined;
    },
  };
}

function resourceMethods(resources: MemoryResources): Partial<AdminPort> {
  const { put, find, shown, known, empty, done } = resources;
  let made = 0;
  return {
    async create({ resource, idempotencyKey }) {
      const { kind, fields } = given(resource);
      check(factsOf(kind).schema, fields);
      if (kind === 'key') find('user', String(fields['userId']));
      const repeated = idempotencyKey === '' ? undefined : done.get(idempotencyKey);
      made += repeated === undefined ? 1 : 0;
      const id = repeated ?? `${kind}-${String(made).padStart(3, '0')}`;
      const key = kind === 'key' ? { apiKey: `ak_${id.slice(-3).repeat(22).slice(0, 64)}`, prefix: 'ak_0000' } : {};
      const value = { ...fields, ...key, status: 'active', createdAt: CREATED_AT, id };
      if (idempotencyKey !== '') done.set(idempotencyKey, id);
      const { version, resource: answer } =
        repeated === undefined ? put(kind, value) : { ...find(kind, id), resource: wrap(shown(kind, value)) };
      return { resource: kind === 'key' ? wrap({ case: kind, value } as never) : answer, version };
    },
    async get({ kind, id }) {
      const single = isKind(kind) && factsOf(kind).options.isSingle;
      if (single && known(kind, id) === undefined) put(kind, empty(kind, id));
      const { value, version } = find(kind as Kind, id);
      return { resource: wrap(shown(kind as Kind, value)), version };
    },
    async list({ kind, limit, after, filters }) {
      const rest = resources
        .all(kind as Kind)
        .filter((value) => value.id > after && Object.entries(filters).every(([name, text]) => value[name] === text))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const page = rest.slice(0, limit === 0 ? PAGE_DEFAULT : limit);
      return { resources: page.map((value) => wrap(shown(kind as Kind, value))), hasMore: rest.length > page.length };
    },
    async update({ resource, fields: names, expectedVersion }) {
      const { kind, fields } = given(resource);
      const { schema, options } = factsOf(kind);
      const before = options.isSingle
        ? (known(kind, fields.id)?.value ?? empty(kind, fields.id))
        : known(kind, fields.id)?.value;
      if (names.length > 0 && before === undefined) find(kind, fields.id);
      const changed = schema.fields.filter(({ name }) => names.includes(name)).map(({ localName }) => localName);
      const merged = { ...before, ...Object.fromEntries(changed.map((name) => [name, fields[name]])), id: fields.id };
      const value = names.length === 0 ? { ...fields, createdAt: CREATED_AT } : merged;
      check(schema, value);
      return put(kind, value, expectedVersion);
    },
    async delete({ kind, id, expectedVersion }) {
      const { value, version } = find(kind as Kind, id);
      if (expectedVersion !== undefined && version !== expectedVersion)
        refuse('precondition_failed', 'It was changed.');
      if (kind === 'user') return { resource: put(kind, { ...value, status: 'deleted' }).resource };
      resources.remove(kind as Kind, id);
      return {};
    },
  };
}

function ownMethods({ put, find, shown, credits, done }: MemoryResources): Partial<AdminPort> {
  const withStatus = (kind: 'user' | 'key', id: string, status: string) => {
    put(kind, { ...find(kind, id).value, status });
    return shown(kind, find(kind, id).value).value;
  };
  return {
    suspendUser: async ({ id }) => ({ user: withStatus('user', id, 'suspended') as User }),
    revokeApiKey: async ({ id }) => ({ apiKey: withStatus('key', id, 'revoked') as ApiKey }),
    async changeBalance(request) {
      const { id, amountUsd, idempotencyKey } = request;
      check(ChangeBalanceRequestSchema, request as unknown as Fields);
      find('user', id);
      const creditId = done.get(`credit ${idempotencyKey}`) ?? `credit-${done.size}`;
      const isRepeated = idempotencyKey !== '' && done.has(`credit ${idempotencyKey}`);
      if (!isRepeated) credits.set(id, (credits.get(id) ?? 0n) + parseUsd(amountUsd));
      done.set(`credit ${idempotencyKey}`, creditId);
      return { id: creditId, amountUsd, balance: balanceOf(credits.get(id) ?? 0n) };
    },
    listLedger: async () => ({
      lines: [{ position: 7n, at: CREATED_AT, type: 'credit', amountUsd: '1.00', reason: 'top-up' }],
      hasMore: false,
    }),
    listAuditLog: async ({ actor }) => ({ entries: [{ position: 9n, actor, action: 'create' }], hasMore: true }),
    explainRoute: async ({ model, headers, capabilities }) => ({
      routeId: 'r',
      candidates: [{ provider: 'house', model, reason: JSON.stringify({ headers, capabilities }) }],
    }),
    whoAmI: async (_request, { actor, role }) => ({ actor, role }),
    getMe: async (_request, { userId = '' }) => ({ id: userId }),
    listMyApiKeys: async () => ({}),
    listMyLimits: async () => ({}),
    getMyUsage: async () => ({}),
    listMyRequests: async () => ({}),
    listMyLedger: async () => ({}),
    explainMyRequest: async ({ id }) => ({ id }),
    listMyPrices: async () => ({}),
  };
}

function given(resource: Resource | undefined): { readonly kind: Kind; readonly fields: Fields } {
  const found = resource && unwrap(resource);
  if (found === undefined) throw new Error('a command without its resource');
  return { kind: found.case, fields: found.value as unknown as Fields };
}

function check(schema: DescMessage, fields: Fields): void {
  const [problem] = fieldProblems(schema, fields as unknown as Message);
  if (problem !== undefined) throw new Fault(problem);
}

function kindIn(request: { readonly kind?: unknown; readonly resource?: Resource }): Kind | undefined {
  const kind = request.resource?.resource.case ?? request.kind;
  return typeof kind === 'string' && isKind(kind) ? kind : undefined;
}
