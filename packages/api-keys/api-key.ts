import { createHmac, createSecretKey, hkdfSync, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MARK = 'ak_';
/** 381 bits: beyond guessing, even with the prefix known. */
const RANDOM_CHARS = 64;
/** Enough for people to tell keys apart; 56 unknown characters (333 bits) remain. */
const PREFIX_RANDOM_CHARS = 8;

/** One byte in 32 is passed over; that more than three in four are has no chance to speak of (below 10^-80). */
const DERIVED_BYTES = 4 * RANDOM_CHARS;
const EVEN_BYTES = 256 - (256 % ALPHABET.length);

const SHAPE = new RegExp(`^${MARK}[A-Za-z0-9]{${RANDOM_CHARS}}$`);

/** A new API key: `ak_` and 64 characters, each of the alphabet equally likely. Whoever calls this shows it once. */
export function generateApiKey(): string {
  let key = MARK;
  // randomInt draws again where a remainder would favour some characters.
  for (let index = 0; index < RANDOM_CHARS; index += 1) key += ALPHABET.charAt(randomInt(ALPHABET.length));
  return key;
}

/**
 * The API key that follows from a text under the gateway's pepper (64 hex digits): the same for the same text, and as far
 * beyond guessing as a random one for whoever has not the pepper. A creation that is repeated gives the same key, and the
 * key is kept nowhere in between.
 */
export function deriveApiKey(keyPepper: string, text: string): string {
  const bytes = Buffer.from(hkdfSync('sha256', Buffer.from(keyPepper, 'hex'), text, 'api key', DERIVED_BYTES));
  let key = MARK;
  for (const byte of bytes) {
    // The bytes beyond the last whole round of the alphabet would favour its first characters.
    if (byte >= EVEN_BYTES) continue;
    key += ALPHABET.charAt(byte % ALPHABET.length);
    if (key.length === MARK.length + RANDOM_CHARS) return key;
  }
  throw new Error('the bytes of a derived API key gave too few characters');
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
