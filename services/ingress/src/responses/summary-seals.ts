import { createSeals, SALT_BYTES } from './seals.ts';

/** What a sealed summary begins with: no provider's encrypted content does. The number is that of the way it is sealed. */
export const SUMMARY_SEAL = 'gateway-summary-1:';

/** Seals summaries of conversations, which clients keep: nobody but their user can have one opened, and nobody can write one. */
export interface SummarySeals {
  seal(userId: string, summary: string): string;
  /** undefined: it was changed, or is another user's or another gateway's. */
  open(userId: string, sealed: string): string | undefined;
}

/** Each under a key of its own, which follows from the gateway's pepper (hex) and the salt before it. */
export function createSummarySeals(keyPepper: string): SummarySeals {
  const seals = createSeals(keyPepper, 'compacted conversations');
  return {
    seal(userId, summary) {
      const { salt, sealed } = seals.seal([userId], summary);
      return SUMMARY_SEAL + Buffer.concat([salt, sealed]).toString('base64url');
    },
    open(userId, text) {
      if (!text.startsWith(SUMMARY_SEAL)) return undefined;
      const bytes = Buffer.from(text.slice(SUMMARY_SEAL.length), 'base64url');
      try {
        return seals.open([userId], { salt: bytes.subarray(0, SALT_BYTES), sealed: bytes.subarray(SALT_BYTES) });
      } catch {
        return undefined;
      }
    },
  };
}
