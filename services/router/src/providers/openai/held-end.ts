import { createByteStore } from '#ai/json/byte-store.ts';

/** A few hundred bytes are held beside the last usage. A provider that sends more is not at its end. */
const HELD_BESIDE_MAX_BYTES = 256 * 1024;

/** The possible end of a stream. It waits until the usage is durable. */
export interface HeldEnd {
  hold(bytes: Buffer, isUsage: boolean): void;
  /** The end was not near after all: the held bytes go before the new ones. */
  release(): Buffer | null;
  readonly isEmpty: () => boolean;
  readonly isTooLong: () => boolean;
  bytes(): Buffer;
}

export function createHeldEnd(): HeldEnd {
  const held = createByteStore();
  /**
   * Without the first usage: that may stand in a chunk which holds all of the answer, of any length an event may have.
   */
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
