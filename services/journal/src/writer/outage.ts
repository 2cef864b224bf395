export interface OutageOptions {
  /** How long the log may be out of reach before `onAway` is called. */
  readonly graceMs: number;
  readonly onAway: () => void;
  readonly onBack: () => void;
}

/** Whether the log can be written now, according to those who try. */
export interface Outage {
  /** A caller waits for the log. If the wait takes too long, it is an outage, until the caller disposes of this. */
  begin(): Disposable;
}

/** One outage, however many callers are in it: it begins with the first and ends with the last. */
export function createOutage({ graceMs, onAway, onBack }: OutageOptions): Outage {
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let isAway = false;

  return {
    begin() {
      waiting += 1;
      timer ??= setTimeout(() => {
        isAway = true;
        onAway();
      }, graceMs);
      return {
        [Symbol.dispose]() {
          waiting -= 1;
          if (waiting > 0) return;
          clearTimeout(timer);
          timer = undefined;
          if (isAway) onBack();
          isAway = false;
        },
      };
    },
  };
}
