import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
/** As AES-GCM is specified. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** What a sealed summary begins with: no provider's encrypted content does. The number is that of the way it is sealed. */
export const SUMMARY_SEAL = 'gateway-summary-1:';

/** Seals summaries of conversations, which clients keep: nobody but their user can have one opened, and nobody can write one. */
export interface SummarySeals {
  seal(userId: string, summary: string): string;
  /** undefined: it was changed, or is another user's or another gateway's. */
  open(userId: string, sealed: string): string | undefined;
}

/** All under one key, which follows from the gateway's pepper (hex). */
export function createSummarySeals(keyPepper: string): SummarySeals {
  const key = Buffer.from(hkdfSync('sha256', Buffer.from(keyPepper, 'hex'), '', 'compacted conversations', KEY_BYTES));
  return {
    seal(userId, summary) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(placeOf(userId));
      const bytes = Buffer.concat([nonce, cipher.update(summary), cipher.final(), cipher.getAuthTag()]);
      return SUMMARY_SEAL + bytes.toString('base64url');
    },
    open(userId, sealed) {
      const bytes = Buffer.from(sealed.slice(SUMMARY_SEAL.length), 'base64url');
      const tagAt = bytes.length - TAG_BYTES;
      if (!sealed.startsWith(SUMMARY_SEAL) || tagAt < NONCE_BYTES) return undefined;
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES)).setAAD(placeOf(userId));
      decipher.setAuthTag(bytes.subarray(tagAt));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}

function placeOf(userId: string): Buffer {
  return Buffer.from(`summary of ${userId}`);
}
