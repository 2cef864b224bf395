import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { migrate } from '#postgres/migrate.ts';

const SERVICES = fileURLToPath(new URL('../../services', import.meta.url));

/** The services that keep tables, each in a schema of its name. */
export function schemaNames(): readonly string[] {
  return readdirSync(SERVICES)
    .filter((name) => existsSync(migrationsOf(name)))
    .sort();
}

/** The folder of a schema's migrations. */
export function migrationsOf(schema: string): string {
  return `${SERVICES}/${schema}/migrations`;
}

/** Updates a service's schema, as the role that owns it if there is one. Returns the migrations that were applied. */
export async function migrateSchema(
  name: string,
  { migrationDatabaseUrl, databaseUrl }: Pick<GatewayConfig, 'migrationDatabaseUrl' | 'databaseUrl'>,
): Promise<{ readonly applied: readonly string[] }> {
  const target = migrationDatabaseUrl ?? databaseUrl;
  if (target === undefined) throw new Error(`${name} needs MIGRATION_DATABASE_URL or DATABASE_URL to be set`);
  return migrate(target, { schema: name, directory: migrationsOf(name) });
}
