import type { StoredResponse } from '../response-store.ts';

/** One making of a response in the background. Nothing is written for one whose response has an end, or is gone. */
export interface Run {
  readonly userId: string;
  /** The response's. */
  readonly id: string;
  readonly attempt: string;
}

/** What there is of a response that is, or was, made in the background. */
export interface RunState {
  /** The request in the log under which it is made. */
  readonly requestId: string;
  readonly isRunning: boolean;
  /** Its process has been heard of lately. */
  readonly isAlive: boolean;
  /** Events of its stream are kept. */
  readonly isStreamed: boolean;
}

/** Some events of a stream, in their order. */
export interface EventPiece {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Whole events, as they are sent. */
  readonly text: string;
}

/**
 * Responses that are made in the background, from their beginning to their end: of any number who end one, the first has done it.
 * Rejects, within seconds, where the database cannot be reached.
 */
export interface RunStore {
  /** Puts the response in as it is so far. */
  begin(
    run: Run,
    begun: { readonly response: StoredResponse; readonly requestId: string; readonly isStreamed: boolean },
    days: number,
  ): Promise<void>;
  /** The response as it is now. */
  save(run: Run, response: StoredResponse): Promise<void>;
  addEvents(run: Run, piece: EventPiece): Promise<void>;
  /** The stream is too long: no event of it is kept. */
  dropEvents(run: Run): Promise<void>;
  /**
   * Ends a response, with the last events of its stream. `attempt` absent: whoever makes it is to stop. False: it had ended, or is
   * gone.
   */
  end(
    run: Pick<Run, 'userId' | 'id'> & { readonly attempt?: string },
    response: StoredResponse,
    last?: EventPiece,
  ): Promise<boolean>;
  /** Which of these runs go on, by their attempts. `isRenewing`: their process says that it lives. */
  goingOn(runs: readonly Run[], isRenewing: boolean): Promise<ReadonlySet<string>>;
  /** undefined: it is not there, or was not made in the background. */
  state(userId: string, id: string): Promise<RunState | undefined>;
  /** The first piece that has an event after this one. */
  eventsAfter(userId: string, id: string, seq: number): Promise<EventPiece | undefined>;
  /** The last piece that is kept. */
  lastEvents(userId: string, id: string): Promise<EventPiece | undefined>;
}
