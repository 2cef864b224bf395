/** No client needs more to tell its conversations apart, and a long text should not cost time. */
const HASHED_CHARACTERS_MAX = 4_096;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 32 bits of a text: FNV-1a, mixed. The same in every process and version, since routers have to agree. */
export function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  const length = Math.min(text.length, HASHED_CHARACTERS_MAX);
  for (let index = 0; index < length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return mixed(hash);
}

/** Each bit of the input changes half of the output's: the finalizer of MurmurHash3. */
export function mixed(bits: number): number {
  let hash = bits ^ (bits >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32 bits as a fraction above 0 and below 1. */
export function fractionOf(bits: number): number {
  return (bits + 0.5) / 2 ** 32;
}
