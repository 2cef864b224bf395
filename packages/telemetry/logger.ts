import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';
import { redactLine } from './redact.ts';

/** Lines wait in memory up to this many bytes before they are written: one system call for some hundred requests. */
const BUFFER_BYTES = 65_536;

/** No line waits longer than this, however quiet the gateway is. */
const FLUSH_INTERVAL_MS = 200;

/** When stdout is not read, lines beyond this are dropped rather than memory filled. */
const BACKLOG_MAX_BYTES = 16 * 1024 * 1024;

/** What the gateway's parts log through. */
export type Logger = PinoLogger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** The service that speaks. */
  readonly service: string;
  /** Where lines go; stdout, buffered, where it is left out. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines. Field names are the code's own (`requestId`, `userId`, `durationMs`); secrets are masked by
 * their shape in the finished line. Buffered lines are written when the process exits; a process that is killed loses
 * the last of them (at most FLUSH_INTERVAL_MS), never anything from the event log.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: errorFields },
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redactLine },
    },
    options.destination ?? stdout(),
  );
}

let stdoutStream: DestinationStream | undefined;

/** One stream for all loggers: two that write to one pipe would cut into each other's lines. Opened at its first use. */
function stdout(): DestinationStream {
  stdoutStream ??= destination({
    dest: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    maxLength: BACKLOG_MAX_BYTES,
    periodicFlush: FLUSH_INTERVAL_MS,
  });
  return stdoutStream;
}
