import { within } from '#kernel/within.ts';

/**
 * How long a part that reads and writes the database may take to close. An append is answered within 4 s, but a frozen
 * database never answers a read. The next start, or leader, finds unfinished work in the log.
 */
const CLOSE_MAX_MS = 5_000;

/** Closes a part, and stops waiting if the database does not answer. */
export async function closeInTime(part: { close(): Promise<void> }): Promise<void> {
  await within(part.close(), CLOSE_MAX_MS);
}
