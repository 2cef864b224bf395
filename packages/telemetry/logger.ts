import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';
import { redactLine } from './redact.ts';

/** How many bytes of lines wait in memory before they are written: one system call for some hundred requests. */
const BUFFER_BYTES = 65_536;

/** No line waits longer than this, however quiet the gateway is. */
const FLUSH_INTERVAL_MS = 200;

/** If stdout is not read, lines beyond this are dropped so that memory does not fill. */
const BACKLOG_MAX_BYTES = 16 * 1024 * 1024;

/** The logger of the gateway's parts. */
export type Logger = PinoLogger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** The service that logs. */
  readonly service: string;
  /** The destination of lines. Absent: stdout, buffered. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines. Field names are the code's own (`requestId`, `userId`, `durationMs`). The finished line has
 * secrets masked by their shape. Buffered lines are written when the process exits. A killed process loses its last
 * lines (at most FLUSH_INTERVAL_MS), never anything from the event log.
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

/** One stream for all loggers: two streams to one pipe would cut into each other's lines. Opened at its first use. */
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
