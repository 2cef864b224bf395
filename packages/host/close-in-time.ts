import { within } from '#kernel/within.ts';

/**
 * How long a part that reads and writes the database may take to close: an append is answered within 4 s, but a database that
 * is frozen never answers a read. What is left undone is found in the log by the next start, or leader.
 */
const CLOSE_MAX_MS = 5_000;

/** Closes a part, and gives up the wait for it where the database does not answer. */
export async function closeInTime(part: { close(): Promise<void> }): Promise<void> {
  await within(part.close(), CLOSE_MAX_MS);
}
