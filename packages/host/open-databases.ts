import type { Host } from './host.ts';
import { type Database, openDatabase } from './open-database.ts';
import type { GatewayModule } from './service-module.ts';

/** Projections, reads of the log and the admin's queries of several services; their leases and the writer have their own. */
const SHARED_POOL_MAX_CONNECTIONS = 10;

/** The databases of a process' modules, its own of a module that wants one, else the one they share. */
export interface Databases {
  /** Throws where no module has a schema in the shared one. */
  shared(): Database;
  of(module: GatewayModule): Database;
}

/** Opens what the modules need. */
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
