/** Resolves at the beginning of a turn of the event loop that no other caller gets. */
export type OwnTurn = () => Promise<void>;

/**
 * Spreads long work over turns of the event loop. Bodies that end at the same moment would else be parsed one after the
 * other with nothing in between: eight of 100 ms each stop everything else for most of a second.
 */
export function createTurns(): OwnTurn {
  let last = Promise.resolve();
  return () => {
    // Not before the turn of the caller before has come: immediates that wait together run in one turn.
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
