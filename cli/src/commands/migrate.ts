import type { Command } from 'commander';
import { type CommandContext, outputOf } from '../command-context.ts';
import { loadSettings } from '../connection.ts';
import { UsageError } from '../exit-code.ts';

interface Migrated {
  readonly schema: string;
  readonly applied: readonly string[];
}

/** `migrate`: for installations whose services do not migrate at their start (`GATEWAY_MIGRATE=off`). */
export function addMigrate(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description(
      'bring the schemas of all services up to date, in the database of MIGRATION_DATABASE_URL or DATABASE_URL',
    )
    .addHelpText('after', '\nWhat is applied is skipped: it may be run again at any time.')
    .action(async (_options: unknown, command: Command) => {
      const output = outputOf(command, context);
      const { config } = loadSettings(context.environment);
      if (config.databaseUrl === undefined && config.migrationDatabaseUrl === undefined) {
        const embedded = 'the embedded PostgreSQL is brought up to date by the start of its gateway';
        throw new UsageError(`neither MIGRATION_DATABASE_URL nor DATABASE_URL is set; ${embedded}`);
      }
      // The driver takes a while to load, and hardly any other command needs it.
      const { migrateSchema, schemaNames } = await import('#host/schemas.ts');
      const schemas: Migrated[] = [];
      for (const schema of schemaNames()) schemas.push({ schema, ...(await migrateSchema(schema, config)) });
      output.answer({ json: { schemas }, text: () => schemas.map(migratedText).join('\n') });
    });
}

function migratedText({ schema, applied }: Migrated): string {
  return `${schema}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`;
}
