import type { RemoteJournal } from '#clients/journal/connect-journal.ts';
import type { Following } from '#journal/following.ts';
import type { Host } from './host.ts';

const LOOK_MS = 1_000;
/**
 * Looks in which nothing is folded though there is something to fold: longer than a takeover of the log, or a restart of
 * what it rests on. Looks rather than a clock, which also goes on while the process is stopped.
 */
const STALLED_LOOKS_MAX = 30;
/** Of a standby that was up to date once: so many are read from the log and folded in some seconds, tables load faster. */
const BEHIND_MAX_EVENTS = 100_000;

/**
 * Ends a process whose fold stops, stands still or falls far behind before it leads: elected, it would decide from what
 * was true once, or keep everybody waiting. Started anew, it loads the tables. Returns what ends the watch.
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
    // 0: where the log ends is not known yet.
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
