import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const FORMAT = '1.';
const CIPHER_KEY_BYTES = 32;
const NONCE_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a text under the user's own key (32 bytes), bound to the user's id.
 *
 * The nonce is a keyed hash of the content and not random: sealing the same twice gives the same text, by which a
 * repeated command is recognised without opening anything, and other content never meets a used nonce.
 */
export function sealText(subjectKey: Buffer, userId: string, text: string): string {
  const { cipherKey, nonceKey } = keysOf(subjectKey);
  const plain = Buffer.from(text);
  const nonce = createHmac('sha256', nonceKey).update(plain).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, cipherKey, nonce).setAAD(Buffer.from(userId));
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return FORMAT + sealed.toString('base64url');
}

/** The text; undefined where it was sealed under another key, for another user, or was changed. */
export function openText(subjectKey: Buffer, userId: string, sealedText: string): string | undefined {
  const sealed = Buffer.from(sealedText.slice(FORMAT.length), 'base64url');
  if (!sealedText.startsWith(FORMAT) || sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const { cipherKey } = keysOf(subjectKey);
  const decipher = createDecipheriv(CIPHER, cipherKey, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(userId))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString();
  } catch {
    return undefined;
  }
}

function keysOf(subjectKey: Buffer): { cipherKey: Buffer; nonceKey: Buffer } {
  const derived = hkdfSync('sha256', subjectKey, '', 'accounts sealed profile 1', CIPHER_KEY_BYTES + NONCE_KEY_BYTES);
  const bytes = Buffer.from(derived);
  return { cipherKey: bytes.subarray(0, CIPHER_KEY_BYTES), nonceKey: bytes.subarray(CIPHER_KEY_BYTES) };
}
