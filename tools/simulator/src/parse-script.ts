import { cacheTokensOf } from './completion-usage.ts';
import { RequestProblem } from './request-problem.ts';
import type { Script, ScriptedUsage } from './script.ts';
import { scriptFaults } from './script-checks.ts';

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
  const faults = scriptFaults(value);
  if (faults.length > 0) throw new RequestProblem(400, `The simulator script is wrong: ${faults.join('; ')}.`);
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
  if (faults.length > 0) throw new RequestProblem(400, `The simulator script is wrong: ${faults.join('; ')}.`);
  return { ...merged, usage };
}

function contradictionsIn(script: Script, usage: ScriptedUsage): string[] {
  const faults: string[] = [];
  if (script.failTimes !== undefined && script.key === undefined) {
    faults.push('failTimes needs a key to count attempts under');
  }
  if (usage.prompt !== undefined && cacheTokensOf(usage) > usage.prompt) {
    faults.push(
      'usage.cached, usage.cacheWrite and usage.cacheWriteLong are parts of usage.prompt and together exceed it',
    );
  }
  if (usage.completion !== undefined && (usage.reasoning ?? 0) > usage.completion) {
    faults.push('usage.reasoning is a part of usage.completion and exceeds it');
  }
  return faults;
}
