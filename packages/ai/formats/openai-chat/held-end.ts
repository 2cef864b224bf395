import type { JsonObject } from '#kernel/json.ts';

/** A few hundred bytes are held beside the last content. What is held beyond that goes, all but the newest event. */
const HELD_MAX_BYTES = 256 * 1024;

/** An event that waits for the usage to be durable. */
export interface HeldEvent {
  readonly bytes: Buffer;
  /** The event parsed, where it has the usage. */
  readonly usageChunk: JsonObject | null;
}

/** The possible end of a stream: the newest event that may be the last but one, and all that came after it. */
export interface HeldEnd {
  /** Returns what need not be held any longer. */
  hold(event: HeldEvent): readonly Buffer[];
  /** The end was not near after all: the held bytes go before the new ones. */
  release(): readonly Buffer[];
  readonly isEmpty: () => boolean;
  readonly events: () => readonly HeldEvent[];
}

const none: readonly Buffer[] = [];

export function createHeldEnd(): HeldEnd {
  let held: HeldEvent[] = [];
  let bytes = 0;

  function release(): readonly Buffer[] {
    if (held.length === 0) return none;
    const released = held.map((event) => event.bytes);
    held = [];
    bytes = 0;
    return released;
  }

  return {
    hold(event) {
      const released = held.length > 0 && bytes + event.bytes.length > HELD_MAX_BYTES ? release() : none;
      held.push(event);
      bytes += event.bytes.length;
      return released;
    },
    release,
    isEmpty: () => held.length === 0,
    events: () => held,
  };
}
