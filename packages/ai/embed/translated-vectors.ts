import type { AnswerDecoder, AnswerStatus } from '../answer-decoder.ts';
import type { ClientRole } from '../format.ts';
import { withoutMark } from '../json/held-document.ts';
import { HEARD_MAX_BYTES } from '../sse/heard-max.ts';
import type { UsageRules } from '../usage-rules.ts';
import type { EmbedContext, EmbedFormat } from './embed-format.ts';
import { createVectorScan } from './vector-scan.ts';

/** A translated answer is held until it is whole: 100 vectors of 3,072 numbers are some 7 MB as text. */
const VECTORS_MAX_CHARACTERS = 16 * 1024 * 1024;

/** An answer that is read as one format writes it and given as another does. */
export interface VectorTranslation {
  readonly from: EmbedFormat;
  readonly to: EmbedFormat;
  /** The provider's format, as the gateway speaks it. */
  readonly client: Pick<ClientRole, 'readUsage' | 'readError'>;
  readonly rules: UsageRules;
  readonly context: EmbedContext;
  /** Vectors that were asked for. */
  readonly count: number;
}

/**
 * An answer with vectors for a client of another format. The numbers keep their digits. Vectors are held until the answer is whole, so that
 * one that breaks off becomes an error; of one that is too long to be held, the rest is heard for its usage.
 */
export function createTranslatedVectors(translation: VectorTranslation): AnswerDecoder {
  const { from, to, client, rules, context, count } = translation;
  const vectors: string[] = [];
  const indices: number[] = [];
  let status: AnswerStatus = 'open';
  let isOver = false;
  let heardBytes = 0;
  let characters = 0;
  let isWrong = false;

  function end(as: AnswerStatus): void {
    status = as;
    isOver = true;
  }

  const scan = createVectorScan(from.places, {
    vector(text, item) {
      if (status === 'too-long') return;
      const numbers = numbersOf(text);
      if (numbers === null) {
        isWrong = true;
        return;
      }
      const written = to.writeVector(text, numbers, context);
      characters += written.length;
      if (characters > VECTORS_MAX_CHARACTERS) {
        status = 'too-long';
        vectors.length = 0;
      } else vectors[item] = written;
    },
    index(index, item) {
      indices[item] = index;
    },
    tooLong() {
      status = 'too-long';
      vectors.length = 0;
    },
  });

  const failure = () => {
    const error = scan.error();
    return error === null ? null : client.readError(0, error, '');
  };
  const usage = () => client.readUsage(scan.usage(), rules);

  return {
    push(piece) {
      scan.push(heardBytes === 0 ? withoutMark(piece) : piece);
      heardBytes += piece.length;
      if (scan.status() === 'broken') end('invalid');
      else if (heardBytes > HEARD_MAX_BYTES) isOver = true;
      return null;
    },
    end() {
      if (isOver) return;
      isOver = true;
      const state = scan.status();
      if (status === 'too-long') return;
      if (scan.error() !== null && !scan.hasList()) status = 'failed';
      // A document without an end was cut, however cleanly the connection ended.
      else if (state !== 'open') {
        // Each input has its vector, and nothing else has one.
        const hasAll = vectors.length === count && Object.keys(vectors).length === count;
        status = state === 'closed' && hasAll && !isWrong ? 'whole' : 'invalid';
      }
    },
    status: () => status,
    isOver: () => isOver,
    usage,
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork: () => status === 'whole' || scan.hasList() || usage() !== null || isAnswering(),
    failure: () => (status === 'failed' ? failure() : null),
    closing: (told) => Buffer.from(to.writeAnswer(inOrder(vectors, indices), told, context)),
    // Vectors have no tokens.
    sample: () => ({ text: '', scale: 1 }),
  };

  /** A document has begun that names no error. */
  function isAnswering(): boolean {
    return scan.status() === 'open' && scan.error() === null;
  }
}

/** What a vector says; null: it is no list of numbers. */
function numbersOf(text: string): readonly number[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length === 0) return null;
    return value.every((each) => typeof each === 'number') ? value : null;
  } catch {
    return null;
  }
}

/** By the indices of the provider where they name each place once, else as they came. */
function inOrder(vectors: readonly string[], indices: readonly number[]): readonly string[] {
  const ordered: string[] = [];
  for (const [at, vector] of vectors.entries()) {
    const index = indices[at];
    if (index === undefined || index >= vectors.length || ordered[index] !== undefined) return vectors;
    ordered[index] = vector;
  }
  return ordered;
}
