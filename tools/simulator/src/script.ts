import { isJsonObject } from '#kernel/json.ts';
import { RequestProblem } from './request-problem.ts';

/** What the simulator is told to do; README.md describes every field. */
export type Script = {
  readonly usage?: ScriptedUsage;
  readonly omitUsage?: boolean;
  readonly text?: string;
  readonly chunks?: number;
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  readonly chunkDelayMs?: number;
  readonly finishReason?: string;
  readonly status?: number;
  readonly retryAfterS?: number;
  readonly cutAfterChunks?: number;
  readonly endWithoutDone?: boolean;
  readonly garbage?: boolean;
  readonly hang?: 'headers' | 'mid-stream';
  readonly midStreamError?: boolean;
  readonly key?: string;
  readonly failTimes?: number;
  readonly failureRate?: number;
};

export type ScriptedUsage = {
  readonly prompt?: number;
  readonly completion?: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
};

/** A day: longer than any client waits, and below what a timer can hold. */
const delayMaxMs = 86_400_000;
/** Keeps one scripted answer below some 20 MB of frames. */
const chunksMax = 100_000;
/** Above any context window, and far from where numbers stop being exact. */
const tokensMax = 1_000_000_000;

type Check = (value: unknown) => string | undefined;

const usageChecks: Readonly<Record<keyof ScriptedUsage, Check>> = {
  prompt: integer(0, tokensMax),
  completion: integer(0, tokensMax),
  cached: integer(0, tokensMax),
  cacheWrite: integer(0, tokensMax),
  reasoning: integer(0, tokensMax),
};

const checks: Readonly<Record<keyof Script, Check>> = {
  usage: usage,
  omitUsage: boolean,
  text: string,
  chunks: integer(1, chunksMax),
  latencyMs: integer(0, delayMaxMs),
  jitterMs: integer(0, delayMaxMs),
  chunkDelayMs: integer(0, delayMaxMs),
  finishReason: string,
  status: integer(400, 599),
  retryAfterS: integer(0, delayMaxMs / 1000),
  cutAfterChunks: integer(0, chunksMax),
  endWithoutDone: boolean,
  garbage: boolean,
  hang: oneOf('headers', 'mid-stream'),
  midStreamError: boolean,
  key: string,
  failTimes: integer(0, tokensMax),
  failureRate: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? undefined : 'a number from 0 to 1'),
};

/** Parses a script; throws a RequestProblem (400) that lists every fault at once. */
export function parseScript(json: string): Script {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new RequestProblem(400, `The simulator script is not JSON: ${(cause as Error).message}`);
  }
  return checkScript(value);
}

/** Takes a parsed value as a script; throws a RequestProblem (400) that lists every fault at once. */
export function checkScript(value: unknown): Script {
  const faults = faultsOf('', value, checks);
  if (faults.length > 0) {
    throw new RequestProblem(400, `The simulator script is wrong: ${faults.join('; ')}.`);
  }
  return value as Script;
}

/**
 * Lays scripts over each other, the later winning field by field (in `usage` too).
 * Throws a RequestProblem (400) where the fields contradict each other.
 */
export function mergeScripts(...layers: readonly Script[]): Script {
  const merged: Script = Object.assign({}, ...layers);
  const usage: ScriptedUsage = Object.assign({}, ...layers.map((layer) => layer.usage));
  const faults = contradictionsIn(merged, usage);
  if (faults.length > 0) {
    throw new RequestProblem(400, `The simulator script is wrong: ${faults.join('; ')}.`);
  }
  return { ...merged, usage };
}

function contradictionsIn(script: Script, usage: ScriptedUsage): string[] {
  const faults: string[] = [];
  if (script.failTimes !== undefined && script.key === undefined) {
    faults.push('failTimes needs a key to count attempts under');
  }
  if (usage.prompt !== undefined && (usage.cached ?? 0) + (usage.cacheWrite ?? 0) > usage.prompt) {
    faults.push('usage.cached and usage.cacheWrite are parts of usage.prompt and together exceed it');
  }
  if (usage.completion !== undefined && (usage.reasoning ?? 0) > usage.completion) {
    faults.push('usage.reasoning is a part of usage.completion and exceeds it');
  }
  return faults;
}

function faultsOf(path: string, value: unknown, known: Readonly<Record<string, Check>>): string[] {
  if (!isJsonObject(value)) {
    return [`${path === '' ? 'it' : path} has to be a JSON object`];
  }
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
