import type { ReasoningPart } from '../../chat/content.ts';
import { FORMAT } from './format-name.ts';

export type Proof = NonNullable<ReasoningPart['proof']>;

/**
 * Marks the proof of another format's thoughts where this one has `encrypted_content`, so that a client which sends it back
 * lets a model of that format go on with its thoughts. Base64, which encrypted content is, has no colon.
 */
export const WRAPPED_PROOF = 'gateway-proof:';

const wrapped = /^gateway-proof:([a-z-]+):(signature|redacted|encrypted):/;

/** A proof as `encrypted_content`. */
export function writeProof({ format, kind, value }: Proof): string {
  return format === FORMAT && kind === 'encrypted' ? value : `${WRAPPED_PROOF}${format}:${kind}:${value}`;
}

export function readProof(encryptedContent: string): Proof {
  const match = wrapped.exec(encryptedContent);
  const [all, format, kind] = match ?? [];
  if (all === undefined || format === undefined || !isKind(kind)) {
    return { format: FORMAT, kind: 'encrypted', value: encryptedContent };
  }
  return { format, kind, value: encryptedContent.slice(all.length) };
}

function isKind(text: string | undefined): text is Proof['kind'] {
  return text === 'signature' || text === 'redacted' || text === 'encrypted';
}
