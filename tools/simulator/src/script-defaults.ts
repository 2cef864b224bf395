import { mergeScripts } from './parse-script.ts';
import type { Script } from './script.ts';

/** The server-wide script: what the command line set, under what was put since. */
export interface ScriptDefaults {
  current(): Script;
  put(script: Script): void;
  clear(): void;
}

/** Throws a RequestProblem (400) where the base contradicts itself; `put` does where the two together do. */
export function createScriptDefaults(base: Script): ScriptDefaults {
  const initial = mergeScripts(base);
  let current = initial;
  return {
    current: () => current,
    put: (script) => {
      current = mergeScripts(initial, script);
    },
    clear: () => {
      current = initial;
    },
  };
}
