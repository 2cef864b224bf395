import { faultFrom } from '#errors/fault.ts';
import { messageOf, type StepResult } from './steps.ts';

/** What the self-test made, to be taken away again. */
export interface Cleanup {
  /** @param byHand The command that does it in its place. */
  add(what: string, byHand: string, undo: () => Promise<unknown>): void;
  /** What there is, for someone who wants to keep it. */
  names(): readonly string[];
  /** Takes away the last first. Goes on after a failure. Resolves with what is left. */
  run(): Promise<readonly string[]>;
}

export function createCleanup(onResult: (result: StepResult) => void): Cleanup {
  const made: { readonly what: string; readonly byHand: string; readonly undo: () => Promise<unknown> }[] = [];
  return {
    add: (what, byHand, undo) => made.push({ what, byHand, undo }),
    names: () => made.map(({ what }) => what),
    async run() {
      const left: string[] = [];
      for (const { what, byHand, undo } of made.toReversed()) {
        const step = `clean up: ${what}`;
        try {
          await undo();
          onResult({ step, outcome: 'ok', message: 'done', hint: '' });
        } catch (thrown) {
          if (faultFrom(thrown).code === 'not_found') {
            onResult({ step, outcome: 'ok', message: 'it is gone already', hint: '' });
          } else {
            left.push(what);
            onResult({ step, outcome: 'failed', message: messageOf(thrown), hint: `By hand: ${byHand}` });
          }
        }
      }
      return left;
    },
  };
}
