const none: Buffer = Buffer.alloc(0);

/**
 * Bytes that are put together piece by piece. However small the pieces are, the work is linear and the memory at most
 * twice the bytes. A list of one-byte buffers would take a hundred times as much.
 */
export interface ByteStore {
  append(bytes: Buffer): void;
  readonly length: () => number;
  /** All bytes. They stay where they are when more are appended. */
  bytes(): Buffer;
  /** All bytes, which the store then forgets. */
  take(): Buffer;
}

export function createByteStore(): ByteStore {
  let buffer = none;
  let length = 0;
  /** Whether this store allocated the buffer and may have room behind its bytes. The first piece is not copied. */
  let isOwn = false;

  const bytes = (): Buffer => buffer.subarray(0, length);

  function grow(neededBytes: number): void {
    const grown = Buffer.allocUnsafe(isOwn ? Math.max(neededBytes, buffer.length * 2) : neededBytes);
    buffer.copy(grown, 0, 0, length);
    buffer = grown;
    isOwn = true;
  }

  return {
    append(piece) {
      if (length === 0) {
        buffer = piece;
        isOwn = false;
      } else {
        if (!isOwn || length + piece.length > buffer.length) grow(length + piece.length);
        piece.copy(buffer, length);
      }
      length += piece.length;
    },
    length: () => length,
    bytes,
    take() {
      const taken = bytes();
      buffer = none;
      length = 0;
      isOwn = false;
      return taken;
    },
  };
}
