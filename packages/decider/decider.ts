/** The outcome of a decision: events that are now facts (none if nothing has to change), or a refusal. */
export type Decision<Event, Refusal> =
  | { readonly kind: 'accepted'; readonly events: readonly Event[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The rules of one kind of stream. They are pure: time, ids and secrets come in with the command. */
export interface Decider<Command, Event, State, Refusal> {
  /** The state of a stream that does not exist. */
  readonly initial: () => State;
  readonly decide: (command: Command, state: State) => Decision<Event, Refusal>;
  /** Throws if the event contradicts the state. Such a stream must stop its reader, never be guessed at. */
  readonly evolve: (state: State, event: Event) => State;
}

/** The command is accepted and these events follow. With no events, nothing has to change. */
export function accept<Event>(...events: readonly Event[]): Decision<Event, never> {
  return { kind: 'accepted', events };
}

/** Refuses the command: an expected no. */
export function refuse<Refusal>(refusal: Refusal): Decision<never, Refusal> {
  return { kind: 'refused', refusal };
}

/** The state after the events, starting from the initial state or from `from`. */
export function fold<Event, State>(
  decider: Pick<Decider<never, Event, State, unknown>, 'initial' | 'evolve'>,
  events: readonly Event[],
  from: State = decider.initial(),
): State {
  return events.reduce(decider.evolve, from);
}
