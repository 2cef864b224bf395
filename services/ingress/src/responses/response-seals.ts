import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { StoredResponse } from './response-store.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 32;
/** As AES-GCM is specified. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

export interface SealedResponse {
  readonly salt: Buffer;
  readonly sealed: Buffer;
}

/** Seals what a client sent and got. The database alone gives nothing of it away. */
export interface ResponseSeals {
  seal(response: StoredResponse): SealedResponse;
  /** Throws where the row was changed, or moved to another user or id. */
  open(place: Pick<StoredResponse, 'userId' | 'id' | 'previousId'>, sealed: SealedResponse): StoredResponse;
}

/** Each response under a key of its own, which follows from the gateway's pepper (hex) and the row's salt. */
export function createResponseSeals(keyPepper: string): ResponseSeals {
  const pepper = Buffer.from(keyPepper, 'hex');
  const keyOf = (salt: Buffer): Buffer => Buffer.from(hkdfSync('sha256', pepper, salt, 'stored responses', KEY_BYTES));
  return {
    seal(response) {
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keyOf(salt), nonce).setAAD(placeOf(response));
      const text = JSON.stringify([response.input, response.response]);
      return { salt, sealed: Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]) };
    },
    open(place, { salt, sealed }) {
      const tagAt = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, keyOf(salt), sealed.subarray(0, NONCE_BYTES)).setAAD(placeOf(place));
      decipher.setAuthTag(sealed.subarray(tagAt));
      const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]).toString();
      const [input, response] = JSON.parse(text) as [readonly string[], string];
      return { ...place, input, response };
    },
  };
}

function placeOf({ userId, id, previousId }: Pick<StoredResponse, 'userId' | 'id' | 'previousId'>): Buffer {
  return Buffer.from(JSON.stringify([userId, id, previousId]));
}
