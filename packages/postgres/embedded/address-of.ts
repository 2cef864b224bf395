import { connectionString } from '../connection-string.ts';
import { CLUSTER_USER } from './cluster.ts';
import type { Endpoint } from './endpoint.ts';

/** How a server of the cluster is connected to. */
export function addressOf({ password }: { readonly password: string }, { socketDir, port }: Endpoint): string {
  const host = socketDir === '' ? '127.0.0.1' : socketDir;
  return connectionString({ host, port, user: CLUSTER_USER, password, database: 'postgres' });
}
