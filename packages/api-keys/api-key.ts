import { createHmac, createSecretKey, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MARK = 'ak_';
/** 381 bits: beyond guessing, even with the prefix known. */
const RANDOM_CHARS = 64;
/** Enough for people to tell keys apart; 56 unknown characters (333 bits) remain. */
const PREFIX_RANDOM_CHARS = 8;

const SHAPE = new RegExp(`^${MARK}[A-Za-z0-9]{${RANDOM_CHARS}}$`);

/** A new API key: `ak_` and 64 characters, each of the alphabet equally likely. Whoever calls this shows it once. */
export function generateApiKey(): string {
  let key = MARK;
  // randomInt draws again where a remainder would favour some characters.
  for (let index = 0; index < RANDOM_CHARS; index += 1) key += ALPHABET.charAt(randomInt(ALPHABET.length));
  return key;
}

/** Whether a text can be a key at all. Keeps junk of any length from being hashed. */
export function isApiKeyShaped(text: string): boolean {
  return text.length === MARK.length + RANDOM_CHARS && SHAPE.test(text);
}

/** The part of a key that may be stored and shown. */
export function apiKeyPrefix(apiKey: string): string {
  return apiKey.slice(0, MARK.length + PREFIX_RANDOM_CHARS);
}

/**
 * Hashes keys under the gateway's pepper (64 hex digits): HMAC-SHA256, hex. Look-ups go by this hash, so the time they
 * take says nothing about how much of a guessed key is right.
 */
export function createKeyHasher(keyPepper: string): (apiKey: string) => string {
  const pepper = createSecretKey(keyPepper, 'hex');
  return (apiKey) => createHmac('sha256', pepper).update(apiKey).digest('hex');
}
