import { faultFrom } from '#errors/fault.ts';

/** One step of the self-test, and what came of it. */
export interface StepResult {
  readonly step: string;
  readonly outcome: 'ok' | 'failed';
  readonly message: string;
  /** What to do about a failure; empty: nothing. */
  readonly hint: string;
}

/** A finding that makes a step fail: what was expected, and what was found. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** A step without which no other makes sense has failed. It is among the results already. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** A step's work: what it says when it went well. */
interface Done<T> {
  readonly value: T;
  readonly message: string;
}

export interface Steps {
  readonly results: readonly StepResult[];
  /** A step that the rest builds on. Throws `Stopped` if it fails. */
  need<T>(step: string, hint: string, work: () => Promise<Done<T>>): Promise<T>;
  /** A step that the rest can do without; undefined: it failed. */
  check<T>(step: string, hint: string, work: () => Promise<Done<T>>): Promise<T | undefined>;
}

/** @param signal Aborted: no step begins any more. */
export function createSteps(signal: AbortSignal, onResult: (result: StepResult) => void): Steps {
  const results: StepResult[] = [];
  const note = (result: StepResult): void => {
    results.push(result);
    onResult(result);
  };
  async function run<T>(step: string, hint: string, work: () => Promise<Done<T>>): Promise<Done<T> | undefined> {
    if (signal.aborted) throw new Stopped('interrupted');
    try {
      const done = await work();
      note({ step, outcome: 'ok', message: done.message, hint: '' });
      return done;
    } catch (thrown) {
      const message = signal.aborted ? 'interrupted' : messageOf(thrown);
      note({ step, outcome: 'failed', message, hint: signal.aborted ? '' : hint });
      return undefined;
    }
  }
  return {
    results,
    async need(step, hint, work) {
      const done = await run(step, hint, work);
      if (done === undefined) throw new Stopped(step);
      return done.value;
    },
    check: async (step, hint, work) => (await run(step, hint, work))?.value,
  };
}

export function messageOf(thrown: unknown): string {
  if (thrown instanceof Finding) return thrown.message;
  const { code, refusal, cause } = faultFrom(thrown);
  const isUnknown = code === 'internal_error' && cause instanceof Error;
  return isUnknown ? cause.message : `${code}: ${refusal.message}`;
}
