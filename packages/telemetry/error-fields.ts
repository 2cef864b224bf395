import { stdSerializers } from 'pino';
import { redactLine } from './redact.ts';

/**
 * The fields of an error that are logged beside its message and stack. Drivers attach more to theirs: the failed
 * command with its arguments (Redis' AUTH with the password), the URL that could not be parsed, a request with its
 * headers.
 */
const SHOWN = new Set([
  'type',
  'message',
  'stack',
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'severity',
  'schema',
  'table',
  'constraint',
  'routine',
  'refusal',
  'aggregateErrors',
]);

/** An error as fields of a log line. Other values stay as they are. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return shownOf(stdSerializers.err(error));
}

/** An error with its causes as text for people: stacks alone, with everything masked that looks like a secret. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return redactLine(String(error));
  const causes = [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  const texts = causes.filter((cause) => cause !== undefined).map((cause) => `caused by: ${errorText(cause)}`);
  return redactLine([error.stack ?? error.message, ...texts].join('\n'));
}

function shownOf(fields: object): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!SHOWN.has(name)) continue;
    shown[name] = name === 'aggregateErrors' && Array.isArray(value) ? value.map(shownOf) : value;
  }
  return shown;
}
