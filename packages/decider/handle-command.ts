import type { GatewayEvent } from '#contracts/events.ts';
import type { Refusal } from '#errors/error-table.ts';
import { Fault } from '#errors/fault.ts';
import type { AppendResult, Journal, NewEvent } from '#journal/journal.ts';
import { newId } from '#kernel/ids.ts';
import { type Decider, fold } from './decider.ts';
import { type LoadedState, loadState } from './load-state.ts';

/**
 * Each lost attempt means that another writer of the stream won, so up to this many concurrent writers all get through.
 */
const APPEND_ATTEMPTS_MAX = 32;

export interface CommandToHandle<Command, Event extends GatewayEvent, State> {
  readonly journal: Pick<Journal, 'readStream' | 'append'>;
  readonly decider: Decider<Command, Event, State, Refusal>;
  readonly stream: string;
  readonly command: Command;
  readonly correlationId: string;
  /** The event that the command follows from. Absent if the command comes from outside. */
  readonly causationId?: string;
  /** The event's id, derived from whatever makes the command repeatable. Absent: a fresh id. */
  readonly eventId?: (event: Event, index: number) => string;
}

/** `accepted`: the new events are durable; with the stream's state, version and last position after them. */
export type CommandOutcome<Event extends GatewayEvent, State> =
  | ({ readonly kind: 'accepted'; readonly events: readonly Event[] } & LoadedState<State>)
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Loads the stream, decides and appends. If another writer came first, loads and decides again.
 *
 * Rejects with a `Fault`: `unavailable` if the log cannot be written or the stream stays contended, `conflict` if other
 * bytes in another stream have taken an event id.
 */
export async function handleCommand<Command, Event extends GatewayEvent, State>(
  task: CommandToHandle<Command, Event, State>,
): Promise<CommandOutcome<Event, State>> {
  const { journal, decider, stream } = task;
  let loaded = await loadState(journal, decider, stream);
  for (let attempt = 1; attempt <= APPEND_ATTEMPTS_MAX; attempt += 1) {
    const decision = decider.decide(task.command, loaded.state);
    if (decision.kind === 'refused') return decision;
    if (decision.events.length === 0) return { kind: 'accepted', events: [], ...loaded };

    const { events } = decision;
    const identified = events.map((event, index) => withId(event, task.eventId?.(event, index) ?? newId()));
    const appended = await tryAppend(task, loaded.version, identified);
    if (appended.kind === 'appended') {
      const state = fold(decider, events, loaded.state);
      const version = loaded.version + events.length;
      return { kind: 'accepted', events, state, version, position: appended.position };
    }
    const reloaded = await loadState(journal, decider, stream);
    // If an id is taken and this stream has not moved, another stream has the id. Deciding again would change nothing.
    if (appended.kind === 'id-taken' && reloaded.version === loaded.version) throw appended.fault;
    loaded = reloaded;
  }
  throw new Fault({
    code: 'unavailable',
    message: 'Too many changes are being made to the same thing at once; send the request again.',
  });
}

/**
 * When two repeats of one command race, the loser's event has the winner's id and, apart from its time, the winner's
 * bytes. The log calls that a conflict. It is a lost race like any other, so it is no exception here.
 */
async function tryAppend(
  task: Pick<CommandToHandle<never, never, never>, 'journal' | 'stream' | 'correlationId' | 'causationId'>,
  expectedVersion: number,
  events: readonly NewEvent[],
): Promise<AppendResult | { readonly kind: 'id-taken'; readonly fault: Fault }> {
  const { journal, stream, correlationId, causationId = '' } = task;
  try {
    return await journal.append({ stream, expectedVersion, events, correlationId, causationId });
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'conflict') return { kind: 'id-taken', fault: thrown };
    throw thrown;
  }
}

function withId(event: GatewayEvent, eventId: string): NewEvent {
  return { ...event, eventId };
}
