import { hash } from 'node:crypto';

/**
 * What a tag begins with. A tag has 32 characters that Base64 has in all its alphabets, so that what follows is the same bytes
 * behind 24 more: SDKs read Gemini's signatures as bytes, and write them anew.
 */
export const TAG_BEGINS = 'gwThink';

const tagged = /^gwThink([AP])([0-9a-f]{12})([0-9a-f]{12})/;
const HASH_CHARACTERS = 12;

/** For whom sealed thoughts were made, and by whom: only this account of the provider can read them. */
export interface ThoughtMaker {
  readonly userId: string;
  readonly provider: string;
  /** Empty: the provider's only one. */
  readonly account: string;
}

/** A tag that was read. */
export interface ThoughtTag {
  readonly text: string;
  /** Any account of any provider of its format can read the thoughts. */
  readonly isPortable: boolean;
  readonly user: string;
  readonly maker: string;
}

/**
 * Stands before sealed thoughts that a client gets. Plain hashes: they keep names of providers out of answers, and no secret. A
 * client that forges a tag sends its own thoughts to an account that refuses them.
 */
export function writeTag(maker: ThoughtMaker, isPortable: boolean): string {
  return `${TAG_BEGINS}${isPortable ? 'P' : 'A'}${userHash(maker.userId)}${makerHash(maker)}`;
}

/** undefined: there is none. null: it is damaged, or of a later version. */
export function readTag(sealed: string): ThoughtTag | null | undefined {
  if (!sealed.startsWith(TAG_BEGINS)) return undefined;
  const [text, kind, user, maker] = tagged.exec(sealed) ?? [];
  if (text === undefined || user === undefined || maker === undefined) return null;
  return { text, isPortable: kind === 'P', user, maker };
}

/** What the provider gave. A signature that came in pieces has the tag before each of them. */
export function withoutTag(sealed: string, { text }: ThoughtTag): string {
  return sealed.replaceAll(text, '');
}

export function isForUser(tag: ThoughtTag, userId: string): boolean {
  return tag.user === userHash(userId);
}

export function isMadeBy(tag: ThoughtTag, maker: ThoughtMaker): boolean {
  return isForUser(tag, maker.userId) && tag.maker === makerHash(maker);
}

function userHash(userId: string): string {
  return hash('sha256', `thoughts for\n${userId}`).slice(0, HASH_CHARACTERS);
}

function makerHash({ userId, provider, account }: ThoughtMaker): string {
  return hash('sha256', `thoughts of\n${userId}\n${provider}\n${account}`).slice(0, HASH_CHARACTERS);
}
