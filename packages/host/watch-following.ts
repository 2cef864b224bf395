import type { RemoteJournal } from '#clients/journal/connect-journal.ts';
import type { Following } from '#journal/following.ts';
import type { Host } from './host.ts';

const LOOK_MS = 1_000;
/**
 * How many checks may find events to fold and none folded. Longer than a takeover of the log, or a restart of a part
 * that it needs. Counted in checks because a clock also goes on while the process is stopped.
 */
const STALLED_LOOKS_MAX = 30;
/**
 * How far a standby may fall behind once it was up to date. Reading and folding that many events takes some seconds;
 * loading tables is faster.
 */
const BEHIND_MAX_EVENTS = 100_000;

/**
 * Ends a process whose fold stops, stands still or falls far behind before the process leads. If elected, it would
 * decide from what was true once, or keep everybody waiting. When started anew, it loads the tables. Returns a function
 * that ends the watch.
 */
export function watchFollowing(
  host: Pick<Host, 'name' | 'fence'>,
  log: Pick<RemoteJournal, 'knownHead'>,
  following: Pick<Following, 'position' | 'stopped'>,
): () => void {
  let isWatching = true;
  let wasUpToDate = false;
  let position = following.position();
  let stalledLooks = 0;

  function look(): void {
    const head = log.knownHead();
    const behind = head - following.position();
    stalledLooks = behind > 0 && following.position() === position ? stalledLooks + 1 : 0;
    position = following.position();
    // 0: the log's end is not known yet.
    wasUpToDate ||= head > 0 && behind <= 0;
    if (stalledLooks >= STALLED_LOOKS_MAX || (wasUpToDate && behind > BEHIND_MAX_EVENTS)) {
      end(new Error(`${host.name} follows the log no further than ${position}, ${behind} events behind it`));
    }
  }

  function end(error: Error): void {
    if (isWatching) host.fence(error);
  }

  void following.stopped.then((cause) => end(new Error(`${host.name} cannot fold the log`, { cause })));
  const timer = setInterval(look, LOOK_MS);
  return () => {
    isWatching = false;
    clearInterval(timer);
  };
}
