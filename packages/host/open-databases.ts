import type { Host } from './host.ts';
import { type Database, openDatabase } from './open-database.ts';
import type { GatewayModule } from './service-module.ts';

/**
 * Connections for the projections, reads of the log and admin queries of several services. Their leases and the writer
 * have connections of their own.
 */
const SHARED_POOL_MAX_CONNECTIONS = 10;

/** The database of a module: its own if the module wants one, otherwise the shared one. */
export interface Databases {
  /** Throws if no module has a schema in the shared database. */
  shared(): Database;
  of(module: GatewayModule): Database;
}

/** Opens the databases that the modules need. */
export async function openDatabases(
  host: Host,
  modules: readonly GatewayModule[],
  open: typeof openDatabase = openDatabase,
): Promise<Databases> {
  const sharing = modules.filter(({ schema }) => schema !== undefined && schema.ownPool === undefined);
  const names = sharing.map(({ name }) => name);
  const wishes = names.length > 1 ? { maxConnections: SHARED_POOL_MAX_CONNECTIONS } : {};
  const shared = names.length > 0 ? await open(host, names, wishes) : undefined;
  const own = new Map<GatewayModule, Database>();
  for (const module of modules) {
    const wish = module.schema?.ownPool;
    if (wish !== undefined) own.set(module, await open({ ...host, name: module.name }, [module.name], wish));
  }
  const given = (database: Database | undefined): Database => {
    if (database === undefined) throw new Error(`${host.name} has no database`);
    return database;
  };
  return { shared: () => given(shared), of: (module) => own.get(module) ?? given(shared) };
}
