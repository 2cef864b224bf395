import type { ResourceOf } from '#registry/kinds.ts';

/** Sessions of one opener at a time: more than people share a token. Each takes some 500 bytes in every process. */
const SESSIONS_PER_OPENER_MAX = 1_000;

/** So many end with one sign-in, which makes one: a heap of them becomes smaller with each, and nobody waits for all of it. */
const ENDED_AT_ONCE_MAX = 20;

/**
 * The ids of the tokens that end when a session is opened: sessions and sign-in codes whose time is over, whoever's they are,
 * and the opener's oldest sessions where they are too many; of holders each user's, since one operator makes the links of many. Those that were used or signed out are not among the tokens.
 */
export function endedWith(
  tokens: Iterable<ResourceOf<'token'>>,
  { openedBy, userId = '', nowMs }: { readonly openedBy: string; readonly userId?: string; readonly nowMs: number },
): readonly string[] {
  const over: string[] = [];
  const own: ResourceOf<'token'>[] = [];
  for (const token of tokens) {
    if (token.purpose === '') continue;
    if (Date.parse(token.expiresAt) <= nowMs) over.push(token.id);
    else if (token.purpose === 'session' && token.openedBy === openedBy && token.userId === userId) own.push(token);
  }
  own.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const tooMany = own.slice(0, Math.max(0, own.length - SESSIONS_PER_OPENER_MAX));
  return [...tooMany.map(({ id }) => id), ...over].slice(0, ENDED_AT_ONCE_MAX);
}
