import { isJsonObject } from '#kernel/json.ts';
import { type Script, type ScriptedUsage, usageDialects } from './script.ts';

/** A day: longer than any client waits, and below what a timer can hold. */
const DELAY_MAX_MS = 86_400_000;
/** Keeps one scripted answer below some 20 MB of frames. */
const CHUNKS_MAX = 100_000;
/** Above any answer that is not meant to fill memory. */
const BYTES_MAX = 100_000_000;
/** Models call a handful of tools at once. */
const TOOL_CALLS_MAX = 100;
/** Above any context window, and far from where numbers stop being exact. */
const TOKENS_MAX = 1_000_000_000;

type Check = (value: unknown) => string | undefined;

const usageChecks: Readonly<Record<keyof ScriptedUsage, Check>> = {
  prompt: integer(0, TOKENS_MAX),
  completion: integer(0, TOKENS_MAX),
  cached: integer(0, TOKENS_MAX),
  cacheWrite: integer(0, TOKENS_MAX),
  cacheWriteLong: integer(0, TOKENS_MAX),
  reasoning: integer(0, TOKENS_MAX),
};

const checks: Readonly<Record<keyof Script, Check>> = {
  usage: usage,
  omitUsage: boolean,
  usageDialect: oneOf(...usageDialects),
  serviceTier: string,
  text: string,
  thoughts: string,
  toolCalls: integer(1, TOOL_CALLS_MAX),
  chunks: integer(1, CHUNKS_MAX),
  latencyMs: integer(0, DELAY_MAX_MS),
  jitterMs: integer(0, DELAY_MAX_MS),
  silenceMs: integer(0, DELAY_MAX_MS),
  chunkDelayMs: integer(0, DELAY_MAX_MS),
  finishReason: string,
  status: integer(400, 599),
  errorText: string,
  retryAfterS: integer(0, DELAY_MAX_MS / 1000),
  cutAfterChunks: integer(0, CHUNKS_MAX),
  cutAfterBytes: integer(0, BYTES_MAX),
  endWithoutDone: boolean,
  garbage: boolean,
  hang: oneOf('headers', 'mid-stream'),
  errorIn200: boolean,
  midStreamError: boolean,
  gzip: boolean,
  byteOrderMark: boolean,
  lineEnds: oneOf('crlf', 'cr'),
  foreignEvents: boolean,
  usageChoices: oneOf('null', 'absent'),
  repeatFinish: boolean,
  toolInputInStart: boolean,
  key: string,
  failTimes: integer(0, TOKENS_MAX),
  failureRate: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1'),
  tokenLifetimeS: integer(1, DELAY_MAX_MS / 1000),
  tokenStatus: integer(400, 599),
};

/** What is wrong with a value that should be a script; empty: nothing. */
export function scriptFaults(value: unknown): readonly string[] {
  return faultsOf('', value, checks);
}

function faultsOf(path: string, value: unknown, known: Readonly<Record<string, Check>>): string[] {
  if (!isJsonObject(value)) return [`${path === '' ? 'it' : path} has to be a JSON object`];
  const faults: string[] = [];
  for (const [name, entry] of Object.entries(value)) {
    const expected = Object.hasOwn(known, name) ? known[name]?.(entry) : `one of ${Object.keys(known).join(', ')}`;
    if (expected !== undefined) {
      const subject = Object.hasOwn(known, name) ? `${path}${name}` : `the field name "${path}${name}"`;
      faults.push(`${subject} has to be ${expected}`);
    }
  }
  return faults;
}

function usage(value: unknown): string | undefined {
  const faults = faultsOf('usage.', value, usageChecks);
  return faults.length > 0 ? `right (${faults.join('; ')})` : undefined;
}

function boolean(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'true or false';
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? undefined : 'a string';
}

function integer(min: number, max: number): Check {
  return (value) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : `a whole number from ${min} to ${max}`;
}

function oneOf(...values: readonly string[]): Check {
  return (value) => (values.some((known) => known === value) ? undefined : `one of ${values.join(', ')}`);
}
