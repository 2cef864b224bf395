import type { GatewayEvent } from '#contracts/events.ts';
import type { Journal } from '#journal/journal.ts';
import type { Envelope } from '#journal/recorded-event.ts';
import { type Decider, fold } from './decider.ts';

/** The state of a stream, with its place in the log. */
export interface LoadedState<State> {
  readonly state: State;
  /** The stream's version; 0 if the stream does not exist. */
  readonly version: number;
  /** The log position of the stream's last event; 0 if it has none. */
  readonly position: number;
}

/** Folds a stream as the log has it now. Rejects if the stream contradicts itself or cannot be read. */
export async function loadState<Event extends GatewayEvent, State>(
  journal: Pick<Journal, 'readStream'>,
  decider: Pick<Decider<never, Event, State, unknown>, 'initial' | 'evolve'>,
  stream: string,
): Promise<LoadedState<State>> {
  // A stream's name says which decider owns the stream. An event of another kind reaches `unreachable` in `evolve`.
  const events = (await journal.readStream(stream)) as (Event & Envelope)[];
  const last = events.at(-1);
  return {
    state: fold(decider, events, decider.initial()),
    version: last?.version ?? 0,
    position: last?.position ?? 0,
  };
}
