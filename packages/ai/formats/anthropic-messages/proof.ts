import type { ReasoningPart } from '../../chat/content.ts';
import { FORMAT } from './format-name.ts';

type Proof = NonNullable<ReasoningPart['proof']>;

/**
 * Marks the proof of another format's thoughts where this one has a signature, so that a client which sends it back lets a
 * model of that format go on with its thoughts. Signatures are base64, which has no colon.
 */
const MARK = 'gateway-proof:';

const marked = /^gateway-proof:([a-z-]+):(signature|redacted|encrypted):([^:]*):/;

/** A proof as the signature of a block of thinking. */
export function signatureOf({ format, kind, value }: Proof, id = ''): string {
  return format === FORMAT ? value : `${MARK}${format}:${kind}:${encodeURIComponent(id)}:${value}`;
}

/** What the signature of a block of thinking proves; nothing where it is empty: another maker's model has thought. */
export function proofOf(signature: string): Pick<ReasoningPart, 'proof' | 'id'> {
  if (signature === '') return {};
  const [all, format, kind, id = ''] = marked.exec(signature) ?? [];
  if (all === undefined || format === undefined || !isKind(kind)) {
    return { proof: { format: FORMAT, kind: 'signature', value: signature } };
  }
  const proof = { format, kind, value: signature.slice(all.length) };
  return { proof, ...(id !== '' && { id: decodeURIComponent(id) }) };
}

/** Whether a signature is the gateway's way to carry another format's proof. No provider can read it. */
export function isCarried(signature: unknown): boolean {
  return typeof signature === 'string' && signature.startsWith(MARK);
}

function isKind(text: string | undefined): text is Proof['kind'] {
  return text === 'signature' || text === 'redacted' || text === 'encrypted';
}
