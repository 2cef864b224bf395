import { join } from 'node:path';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type pg from 'pg';
import { createIdentifyKey } from '#api-keys/identify-key.ts';
import { isRefused } from '#api-keys/identity.ts';
import { gatewayConfigSchema } from '#config/gateway-config.ts';
import { keyPlacesFrom } from '#config/key-references.ts';
import type { AdminCaller, AdminPort } from '#contracts/admin.ts';
import {
  CreateRequestSchema,
  CreateResponseSchema,
  DeleteRequestSchema,
  DeleteResponseSchema,
  GetRequestSchema,
  GetResponseSchema,
  ListAuditLogRequestSchema,
  ListAuditLogResponseSchema,
  ListRequestSchema,
  ListResponseSchema,
  UpdateRequestSchema,
  UpdateResponseSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import type { Resource } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Journal, Subscription } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { systemClock } from '#kernel/clock.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { type FollowedRegistry, followRegistry } from '#registry/follow-registry.ts';
import { type AnyResource, factsOf, type Kind, type ResourceOf, unwrap, wrap } from '#registry/kinds.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Accounts, type AccountsDependencies, createAccounts } from './accounts.ts';
import { policySnapshotOf } from './adapters/read-policy-snapshot.ts';
import { notSent } from './domain/alert/sent.ts';

/** Accounts on a PostgreSQL of its own and a log in memory, its projections running. */
export interface AccountsUnderTest {
  readonly accounts: Accounts;
  readonly journal: Journal;
  readonly pool: pg.Pool;
  /** Whose key a text is, as an ingress sees it; undefined: nobody's, or the key does not work. */
  whose(apiKey: string): { readonly keyId: string; readonly userId: string } | undefined;
  /** Rows of a table of the schema. */
  countOf(table: string): Promise<number>;
  /** Resolves when the tables have all that is in the log. */
  projected(): Promise<void>;
  /** From here on the tables stay as they are, and commands don't wait for them. */
  stopProjection(): Promise<void>;
  /** Another instance on the same tables and log, as after a restart. */
  restart(): Promise<Accounts>;
  stop(): Promise<void>;
}

export const owner: AdminCaller = { actor: 'bootstrap', role: 'owner', address: '127.0.0.1', requestId: '' };

export async function startAccounts(
  journal: Journal = createMemoryJournal(),
  given: Pick<AccountsDependencies, 'clock' | 'neighbours' | 'sealSecret'> &
    Partial<Pick<AccountsDependencies, 'sendAlert'>> = {},
): Promise<AccountsUnderTest> {
  const database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'accounts test' });
  await migrate(pool, { schema: 'accounts', directory: join(import.meta.dirname, '../migrations') });

  const logger = createLogger({ level: 'silent', service: 'accounts' });
  const config = { keyPepper: 'ab'.repeat(32) };
  const registries: FollowedRegistry[] = [];
  const instances: Accounts[] = [];
  const projectors = new Map<string, Subscription>();
  const start = async (): Promise<Accounts> => {
    const awaitProjection = async (name: string, position: number): Promise<void> =>
      projectors.get(name)?.reached(position);
    const registry = await followRegistry(journal, { name: 'accounts.registry', snapshot: policySnapshotOf(pool) });
    registries.push(registry);
    const keyPlaces = keyPlacesFrom(gatewayConfigSchema.parse({}), {});
    const parts = { config, journal, pool, registry, logger, awaitProjection, keyPlaces };
    const sendAlert = async () => notSent('this test sends no alerts', { isFinal: true });
    const metrics = createMetrics({ withProcessDefaults: false });
    const instance = createAccounts({ ...parts, sendAlert, metrics, ...given });
    await instance.ready();
    instances.push(instance);
    return instance;
  };
  const accounts = await start();
  for (const projection of accounts.projections) {
    projectors.set(projection.name, await startProjector(projection, { journal, pool, logger }));
  }
  const stopProjection = async (): Promise<void> => {
    await Promise.all([...projectors.values()].map((projector) => projector.close()));
    projectors.clear();
  };

  return {
    accounts,
    journal,
    pool,
    whose(apiKey) {
      const registry = registries.at(-1);
      const found = registry && createIdentifyKey(config.keyPepper, registry)(apiKey, (given.clock ?? systemClock)());
      return found === undefined || isRefused(found) ? undefined : { keyId: found.keyId, userId: found.userId };
    },
    countOf: async (table) => {
      const { rows } = await pool.query<{ count: bigint }>(`select count(*) from accounts.${table}`);
      return Number(rows[0]?.count);
    },
    async projected() {
      const head = await journal.head();
      await Promise.all([...projectors.values()].map((projector) => projector.reached(head)));
    },
    stopProjection,
    restart: start,
    stop: async () => {
      await Promise.all(instances.map((instance) => instance.stop()));
      await stopProjection();
      await Promise.all(registries.map((registry) => registry.close()));
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Administration by plain values, each call by the owner unless it says otherwise, each answer whole. */
export function callsOf(admin: AdminPort, caller: AdminCaller = owner) {
  const resourceIn = (resource: Resource | undefined): AnyResource => {
    const found = resource && unwrap(resource);
    if (found === undefined) throw new Error('the answer has no resource');
    return found;
  };
  const given = <K extends Kind>(kind: K, fields: Partial<Omit<ResourceOf<K>, '$typeName'>>): Resource => {
    const value = create(factsOf(kind).schema, { ...fields });
    return wrap({ case: kind, value } as unknown as AnyResource);
  };
  return {
    async create<K extends Kind>(kind: K, fields: Partial<Omit<ResourceOf<K>, '$typeName'>>, idempotencyKey = '') {
      const request = create(CreateRequestSchema, { resource: given(kind, fields), idempotencyKey });
      return resourceIn(create(CreateResponseSchema, await admin.create(request, caller)).resource)
        .value as ResourceOf<K>;
    },
    /** All fields but the id are the mask, unless there is one. */
    async update<K extends Kind>(
      kind: K,
      fields: Partial<Omit<ResourceOf<K>, '$typeName'>>,
      options: {
        readonly mask?: readonly string[];
        readonly expectedVersion?: bigint;
        readonly idempotencyKey?: string;
      } = {},
    ) {
      const { mask = [], idempotencyKey = '', ...version } = options;
      const resource = given(kind, fields);
      const request = create(UpdateRequestSchema, { resource, fields: [...mask], idempotencyKey, ...version });
      const answer = create(UpdateResponseSchema, await admin.update(request, caller));
      return {
        value: resourceIn(answer.resource).value as ResourceOf<K>,
        version: answer.version,
        isNew: answer.isNew,
      };
    },
    async get<K extends Kind>(kind: K, id: string) {
      const answer = create(GetResponseSchema, await admin.get(create(GetRequestSchema, { kind, id }), caller));
      return { value: resourceIn(answer.resource).value as ResourceOf<K>, version: answer.version };
    },
    async list<K extends Kind>(
      kind: K,
      asked: Omit<MessageInitShape<typeof ListRequestSchema>, 'kind' | '$typeName'> = {},
    ) {
      const request = create(ListRequestSchema, { ...asked, kind } as MessageInitShape<typeof ListRequestSchema>);
      const { resources, hasMore } = create(ListResponseSchema, await admin.list(request, caller));
      return { values: resources.map((each) => resourceIn(each).value as ResourceOf<K>), hasMore };
    },
    async delete(kind: Kind, id: string) {
      const request = create(DeleteRequestSchema, { kind, id });
      const { resource } = create(DeleteResponseSchema, await admin.delete(request, caller));
      return resource && resourceIn(resource).value;
    },
    async auditLog(asked: MessageInitShape<typeof ListAuditLogRequestSchema> = {}) {
      const request = create(ListAuditLogRequestSchema, asked);
      return create(ListAuditLogResponseSchema, await admin.listAuditLog(request, caller));
    },
  };
}
