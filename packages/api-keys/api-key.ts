import { createHmac, createSecretKey, hkdfSync, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const API_KEY_MARK = 'ak_';
const ADMIN_TOKEN_MARK = 'at_';
/** 381 bits: beyond guessing, even with the prefix known. */
const RANDOM_CHARS = 64;
/** Enough for people to tell keys apart; 56 unknown characters (333 bits) remain. */
const PREFIX_RANDOM_CHARS = 8;

/** One byte in 32 is passed over; that more than three in four are has no chance to speak of (below 10^-80). */
const DERIVED_BYTES = 4 * RANDOM_CHARS;
const EVEN_BYTES = 256 - (256 % ALPHABET.length);

const SHAPE = new RegExp(`^${API_KEY_MARK}[A-Za-z0-9]{${RANDOM_CHARS}}$`);

/** What a secret is for: secrets of one purpose tell nothing about those of another. */
export type SecretPurpose = 'api key' | 'rotated api key' | 'admin token';

const marks: Readonly<Record<SecretPurpose, string>> = {
  'api key': API_KEY_MARK,
  'rotated api key': API_KEY_MARK,
  'admin token': ADMIN_TOKEN_MARK,
};

/** A new secret: a mark and 64 characters, each of the alphabet equally likely. Whoever calls this shows it once. */
export function generateSecret(purpose: SecretPurpose): string {
  let secret = marks[purpose];
  // randomInt draws again where a remainder would favour some characters.
  for (let index = 0; index < RANDOM_CHARS; index += 1) secret += ALPHABET.charAt(randomInt(ALPHABET.length));
  return secret;
}

/**
 * The secret that follows from a text under the gateway's pepper (64 hex digits): the same for the same text, and as far
 * beyond guessing as a random one for whoever has not the pepper. A command that is repeated gives the same secret, and the
 * secret is kept nowhere in between.
 */
export function deriveSecret(purpose: SecretPurpose, keyPepper: string, text: string): string {
  const bytes = Buffer.from(hkdfSync('sha256', Buffer.from(keyPepper, 'hex'), text, purpose, DERIVED_BYTES));
  const mark = marks[purpose];
  let secret = mark;
  for (const byte of bytes) {
    // The bytes beyond the last whole round of the alphabet would favour its first characters.
    if (byte >= EVEN_BYTES) continue;
    secret += ALPHABET.charAt(byte % ALPHABET.length);
    if (secret.length === mark.length + RANDOM_CHARS) return secret;
  }
  throw new Error('the bytes of a derived secret gave too few characters');
}

/** Whether a text can be a key at all. Keeps junk of any length from being hashed. */
export function isApiKeyShaped(text: string): boolean {
  return text.length === API_KEY_MARK.length + RANDOM_CHARS && SHAPE.test(text);
}

/** The part of a secret that may be stored and shown. */
export function secretPrefix(secret: string): string {
  return secret.slice(0, API_KEY_MARK.length + PREFIX_RANDOM_CHARS);
}

/**
 * Hashes keys under the gateway's pepper (64 hex digits): HMAC-SHA256, hex. Look-ups go by this hash, so the time they
 * take says nothing about how much of a guessed key is right.
 */
export function createKeyHasher(keyPepper: string): (apiKey: string) => string {
  const pepper = createSecretKey(keyPepper, 'hex');
  return (apiKey) => createHmac('sha256', pepper).update(apiKey).digest('hex');
}
