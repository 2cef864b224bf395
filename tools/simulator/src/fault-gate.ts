import type { Script } from './script.ts';

/** Keys of `failTimes` that are remembered; the oldest is forgotten first. */
const KEYS_MAX = 100_000;
/** The fault of a script that says how often to fail and not how. */
const DEFAULT_FAILURE_STATUS = 500;

export type FaultGate = (script: Script) => Script;

/**
 * Decides whether this attempt fails where a script says `failTimes` or `failureRate`: it returns the script with its
 * faults in place, or without them. A script with neither comes back as it is.
 */
export function createFaultGate(): FaultGate {
  const attemptsByKey = new Map<string, number>();
  let ratedRequests = 0;

  return (script) => {
    if (script.failTimes !== undefined && script.key !== undefined) {
      const attempts = (attemptsByKey.get(script.key) ?? 0) + 1;
      remember(attemptsByKey, script.key, attempts);
      return attempts <= script.failTimes ? withFault(script) : withoutFault(script);
    }
    if (script.failureRate !== undefined) {
      ratedRequests += 1;
      return isFailing(ratedRequests, script.failureRate) ? withFault(script) : withoutFault(script);
    }
    return script;
  };
}

/** Spread evenly instead of drawn: at a rate of 0.1 it is every tenth request, the same in each run. */
function isFailing(request: number, rate: number): boolean {
  return Math.floor(request * rate) > Math.floor((request - 1) * rate);
}

function remember(attemptsByKey: Map<string, number>, key: string, attempts: number): void {
  if (attemptsByKey.size >= KEYS_MAX && !attemptsByKey.has(key)) {
    for (const oldest of attemptsByKey.keys()) {
      attemptsByKey.delete(oldest);
      break;
    }
  }
  attemptsByKey.set(key, attempts);
}

function withFault(script: Script): Script {
  const hasFault =
    script.status !== undefined ||
    script.cutAfterChunks !== undefined ||
    script.endWithoutDone === true ||
    script.garbage === true ||
    script.hang !== undefined ||
    script.cutAfterBytes !== undefined ||
    script.errorIn200 === true ||
    script.midStreamError === true;
  return hasFault ? script : { ...script, status: DEFAULT_FAILURE_STATUS };
}

function withoutFault(script: Script): Script {
  const { status, errorText, retryAfterS, cutAfterChunks, cutAfterBytes, endWithoutDone, ...rest } = script;
  const { garbage, hang, errorIn200, midStreamError, ...sound } = rest;
  return sound;
}
