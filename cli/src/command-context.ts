import type { Command } from 'commander';
import { type Connection, type FoundConnection, type GlobalOptions, resolveConnection } from './connection.ts';
import { fileLog, gatewayLog, type LogSource } from './log-source.ts';
import { createOutput, type Output } from './output.ts';

/** What commands work with. */
export interface CommandContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** What the program ends with; a command sets it where it is not 0. */
  setExitCode(code: number): void;
  /** A command calls this with the gateway that it speaks to, so that a failure can name it. */
  noteConnection(connection: FoundConnection): void;
}

export function outputOf(command: Command, context: CommandContext): Output {
  return createOutput(context, command.optsWithGlobals<GlobalOptions>().json === true);
}

export function connectionOf(command: Command, context: CommandContext): Connection {
  const connection = resolveConnection(command.optsWithGlobals<GlobalOptions>(), context.environment);
  context.noteConnection(connection);
  return connection;
}

/** Runs with the log of the gateway, or of the file where one is named, and lets go of it after. */
export async function withLog<T>(
  command: Command,
  context: CommandContext,
  file: string | undefined,
  use: (log: LogSource) => Promise<T>,
): Promise<T> {
  const log = file === undefined ? gatewayLog(connectionOf(command, context)) : fileLog(file);
  try {
    return await use(log);
  } finally {
    log.close();
  }
}
