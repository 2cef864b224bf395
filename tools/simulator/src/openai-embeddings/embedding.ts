import { createHash } from 'node:crypto';

const HASH_BYTES = 32;

/** A vector of length 1 that depends on nothing but the text. */
export function embeddingOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let hash = Buffer.alloc(0);
  for (let index = 0; index < dimensions; index += 1) {
    const place = index % HASH_BYTES;
    if (place === 0) hash = createHash('sha256').update(hash).update(text).digest();
    vector[index] = ((hash[place] ?? 0) - 127.5) / 127.5;
  }
  const norm = Math.hypot(...vector);
  return vector.map((each) => each / norm);
}
