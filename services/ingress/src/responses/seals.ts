import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
export const SALT_BYTES = 32;
/** As AES-GCM is specified. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export interface Sealed {
  readonly salt: Buffer;
  readonly sealed: Buffer;
}

/** Seals texts for the database, which alone gives nothing of them away. */
export interface Seals {
  /** `place`: what names the row. */
  seal(place: readonly unknown[], text: string): Sealed;
  /** Throws where the row was changed, or moved to another place. */
  open(place: readonly unknown[], sealed: Sealed): string;
}

/** Each row under a key of its own, which follows from the gateway's pepper (hex), what the rows are, and the row's salt. */
export function createSeals(keyPepper: string, what: string): Seals {
  const pepper = Buffer.from(keyPepper, 'hex');
  const keyOf = (salt: Buffer): Buffer => Buffer.from(hkdfSync('sha256', pepper, salt, what, KEY_BYTES));
  return {
    seal(place, text) {
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keyOf(salt), nonce).setAAD(bytesOf(place));
      return { salt, sealed: Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]) };
    },
    open(place, { salt, sealed }) {
      const tagAt = sealed.length - TAG_BYTES;
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(CIPHER, keyOf(salt), nonce).setAAD(bytesOf(place));
      decipher.setAuthTag(sealed.subarray(tagAt));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]).toString();
    },
  };
}

function bytesOf(place: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify(place));
}
