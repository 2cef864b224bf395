import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Claim } from './claim-store.ts';

const KEY_BYTES = 32;
/** As AES-GCM is specified. Random: a claim has at most some hundred pieces, and a nonce comes twice in 2^96. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Hashes and seals of one `Idempotency-Key` in its scope. Nothing here can be undone without the pepper and the key. */
export interface KeySecrets {
  readonly keyHash: Buffer;
  /** A text that is this claim's alone, the same for each try, and beyond guessing. */
  repeatText(claim: Pick<Claim, 'salt'>): string;
  sealsOf(claim: Pick<Claim, 'salt' | 'attempt'>): PieceSeals;
}

/** Seals an answer's pieces, each bound to its try and its place. */
export interface PieceSeals {
  seal(seq: number, bytes: Buffer): Buffer;
  /** Throws where the piece was changed, moved, or sealed under another key. */
  open(seq: number, sealed: Buffer): Buffer;
}

export interface Secrets {
  bodyHash(body: Buffer): Buffer;
  of(scope: readonly string[], idempotencyKey: string): KeySecrets;
}

/**
 * Everything that is stored of keys, bodies and answers, under the gateway's pepper (64 hex digits). Hashes are keyed:
 * idempotency keys are often guessable (invoice numbers), and so are prompts. Answers are sealed under a key that follows
 * from the pepper, the claim's salt and the client's own key, which is stored nowhere: neither the database nor the
 * database and the pepper give an answer away.
 */
export function createSecrets(keyPepper: string): Secrets {
  const pepper = Buffer.from(keyPepper, 'hex');
  const derived = (use: string): Buffer => Buffer.from(hkdfSync('sha256', pepper, '', use, KEY_BYTES));
  const keyHashKey = derived('idempotency: hashes of keys');
  const bodyHashKey = derived('idempotency: hashes of bodies');
  return {
    bodyHash: (body) => createHmac('sha256', bodyHashKey).update(body).digest(),
    of(scope, idempotencyKey) {
      // JSON: no two lists of texts are written alike.
      const name = JSON.stringify([...scope, idempotencyKey]);
      const derivedFor = ({ salt }: Pick<Claim, 'salt'>, use: string): Buffer => {
        const material = Buffer.concat([pepper, Buffer.from(name)]);
        return Buffer.from(hkdfSync('sha256', material, salt, use, KEY_BYTES));
      };
      return {
        keyHash: createHmac('sha256', keyHashKey).update(name).digest(),
        repeatText: (claim) => derivedFor(claim, 'idempotency: repeats').toString('base64url'),
        sealsOf: (claim) => pieceSeals(derivedFor(claim, 'idempotency: answers'), claim.attempt),
      };
    },
  };
}

function pieceSeals(key: Buffer, attempt: string): PieceSeals {
  const place = (seq: number): Buffer => Buffer.from(`${attempt} ${seq}`);
  return {
    seal(seq, bytes) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(place(seq));
      const sealed = [nonce, cipher.update(bytes), cipher.final()];
      return Buffer.concat([...sealed, cipher.getAuthTag()]);
    },
    open(seq, sealed) {
      const tagAt = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES)).setAAD(place(seq));
      decipher.setAuthTag(sealed.subarray(tagAt));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    },
  };
}
