import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const FORMAT = '1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** As many hex digits of a key's hash name the key: two keys of one gateway never share them. */
const KEY_ID_DIGITS = 12;

/** What seals secrets that are kept in the log. */
export interface MasterKey {
  /** Encrypts a secret, bound to what it is of: as the secret of anything else it does not open. */
  seal(secret: string, of: string): string;
  /** The secret, or why it does not open. */
  open(sealed: string, of: string): { readonly secret: string } | { readonly fault: string };
}

/** Where a provider's key is sealed to. */
export function providerKeyOf(providerId: string): string {
  return `provider/${providerId}`;
}

/** Where the key of one of a provider's accounts is sealed to. No id has a space, so no other provider's text is the same. */
export function accountKeyOf(providerId: string, accountId: string): string {
  return `${providerKeyOf(providerId)} account/${accountId}`;
}

/** Where a secret of an alert channel is sealed to. `field`: `signing_secret`, say. */
export function alertSecretOf(channelId: string, field: string): string {
  return `alert-channel/${channelId} ${field}`;
}

/**
 * The master key of a gateway: 64 hex digits, or several with commas between. The first one seals and all of them open, so
 * that a key is exchanged by putting the new one in front.
 */
export function createMasterKey(hexKeys: string): MasterKey {
  const keys = new Map(
    hexKeys.split(',').map((hex) => {
      const key = Buffer.from(hex.trim(), 'hex');
      return [keyIdOf(key), key] as const;
    }),
  );
  const [first] = keys;
  if (first === undefined) throw new Error('there is no master key');
  const [sealingId, sealingKey] = first;

  return {
    seal(secret, of) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealingKey, nonce).setAAD(Buffer.from(of));
      const bytes = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${FORMAT}.${sealingId}.${bytes.toString('base64url')}`;
    },
    open(sealed, of) {
      const [format, keyId = '', text = ''] = sealed.split('.');
      if (format !== FORMAT) return { fault: 'it is sealed in a way that this version does not know' };
      const key = keys.get(keyId);
      if (key === undefined)
        return { fault: `it is sealed under master key ${keyId}, which is not in GATEWAY_MASTER_KEY` };
      const secret = decrypt(key, Buffer.from(text, 'base64url'), of);
      return secret === undefined ? { fault: 'its sealed text was changed, or is of something else' } : { secret };
    },
  };
}

function decrypt(key: Buffer, bytes: Buffer, of: string): string | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(of))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
  } catch {
    return undefined;
  }
}

/** A hash of 256 random bits tells nothing of them. */
function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, KEY_ID_DIGITS);
}
