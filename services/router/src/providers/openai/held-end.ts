import { createByteStore } from '../../byte-store.ts';

/** What is held beside the last usage is a few hundred bytes; a provider that sends more is not at its end. */
const HELD_BESIDE_MAX_BYTES = 256 * 1024;

/** What may be the end of a stream, and so waits until the usage is durable. */
export interface HeldEnd {
  hold(bytes: Buffer, isUsage: boolean): void;
  /** The end was not near after all: what was held goes before what comes now. */
  release(): Buffer | null;
  readonly isEmpty: () => boolean;
  readonly isTooLong: () => boolean;
  bytes(): Buffer;
}

export function createHeldEnd(): HeldEnd {
  const held = createByteStore();
  /** Without the first usage: that may stand in a chunk which holds all of the answer, of any length an event may have. */
  let besideBytes = 0;
  let hasUsage = false;

  return {
    hold(bytes, isUsage) {
      held.append(bytes);
      if (!isUsage || hasUsage) besideBytes += bytes.length;
      hasUsage ||= isUsage;
    },
    release() {
      besideBytes = 0;
      hasUsage = false;
      return held.length() === 0 ? null : held.take();
    },
    isEmpty: () => held.length() === 0,
    isTooLong: () => besideBytes > HELD_BESIDE_MAX_BYTES,
    bytes: held.bytes,
  };
}
