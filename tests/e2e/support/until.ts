import { setTimeout as pause } from 'node:timers/promises';

/** Often enough to be quick, seldom enough to leave a shared processor to those who are waited for. */
const ASK_AGAIN_MS = 20;

/** On a machine that is busy with other suites; what takes longer never comes. */
const GIVE_UP_MS = 30_000;

/**
 * Waits for a state: asks until the answer is not undefined, and returns it. Throws, saying what was waited for, where
 * it never comes.
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs = GIVE_UP_MS): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(ASK_AGAIN_MS);
  }
}
