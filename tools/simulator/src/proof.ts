import { createHash } from 'node:crypto';

/** Makes the proofs of one simulator's thoughts its own; the same in each run, so that a conversation outlives a restart. */
const SECRET = 'the simulator thought so';

/** What proves that thoughts are the simulator's and unchanged, as a provider's signature does. */
export function signatureOf(thoughts: string): string {
  return createHash('sha256').update(SECRET).update(thoughts).digest('base64');
}

/** Thoughts that only the simulator can read, in text. */
export function sealThoughts(thoughts: string): string {
  return Buffer.from(JSON.stringify({ thoughts, signature: signatureOf(thoughts) })).toString('base64');
}

/** The thoughts; undefined where the simulator has not sealed them, or they were changed. */
export function openThoughts(sealed: string): string | undefined {
  try {
    const { thoughts, signature } = JSON.parse(Buffer.from(sealed, 'base64').toString()) as Record<string, unknown>;
    return typeof thoughts === 'string' && signature === signatureOf(thoughts) ? thoughts : undefined;
  } catch {
    return undefined;
  }
}
