import assert from 'node:assert/strict';
import { type Decider, fold } from './decider.ts';

interface Given<Command, Event> {
  /** Decides the command in the state of the given events. */
  readonly when: (command: Command) => When<Event>;
}

interface When<Event> {
  /** Exactly these events follow, and the state can fold them. */
  readonly then: (events: readonly Event[]) => void;
  /** The command is refused with this code. */
  readonly thenRefused: (code: string) => void;
}

/** A specification of a decider: `given(decider, events).when(command).then(events)`. */
export function given<Command, Event, State>(
  decider: Decider<Command, Event, State, { readonly code: string; readonly message: string }>,
  events: readonly Event[],
): Given<Command, Event> {
  const state = fold(decider, events, decider.initial());
  return {
    when: (command) => {
      const decision = decider.decide(command, state);
      const then = (expected: readonly Event[]): void => {
        if (decision.kind === 'refused') assert.fail(`refused: ${decision.refusal.code}: ${decision.refusal.message}`);
        assert.deepEqual(decision.events, expected);
        // The decided events must fold, or the next command would find a stream that contradicts itself.
        fold(decider, decision.events, state);
      };
      const thenRefused = (code: string): void => {
        if (decision.kind === 'accepted') assert.fail(`accepted: ${JSON.stringify(decision.events)}`);
        assert.equal(decision.refusal.code, code);
      };
      return { then, thenRefused };
    },
  };
}
