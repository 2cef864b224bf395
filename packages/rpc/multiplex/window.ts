/**
 * Bounds the bytes of one call's unread messages. Its handler then waits for the reader, so a slow reader holds up no
 * other call.
 */
export const WINDOW_BYTES = 256 * 1024;

/** The bytes that one call may send before its reader has taken earlier ones. */
export interface Window {
  sent(bytes: number): void;
  taken(bytes: number): void;
  /** Resolves when there is room, or when the call is over; undefined: there is room now. */
  room(): Promise<void> | undefined;
  /** Releases the handler, since the call is over. */
  close(): void;
}

export function createWindow(): Window {
  let underWay = 0;
  let isClosed = false;
  let makeRoom: (() => void) | undefined;

  const hasRoom = (): boolean => isClosed || underWay < WINDOW_BYTES;
  function wake(): void {
    if (!hasRoom()) return;
    makeRoom?.();
    makeRoom = undefined;
  }

  return {
    sent(bytes) {
      underWay += bytes;
    },
    taken(bytes) {
      underWay -= bytes;
      wake();
    },
    room() {
      if (hasRoom()) return undefined;
      return new Promise((resolve) => {
        makeRoom = resolve;
      });
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}
