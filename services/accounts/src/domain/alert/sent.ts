/** What came of one attempt to send an alert. */
export interface Sent {
  readonly isDelivered: boolean;
  /** The receiver's HTTP status, or the mail server's reply code; 0: none came. */
  readonly status: number;
  /** Why not, in the gateway's words, for the log; empty: it was delivered. */
  readonly reason: string;
  /** What the other side said, for the administrator who tests a channel. */
  readonly said: string;
  /** It would come to the same again. */
  readonly isFinal: boolean;
  /** How long the receiver wants to be left alone; 0: it does not say. */
  readonly retryAfterMs: number;
}

/** Nothing was sent, or nothing came back. */
export function notSent(reason: string, { isFinal }: { readonly isFinal: boolean }): Sent {
  return { isDelivered: false, status: 0, reason, said: '', isFinal, retryAfterMs: 0 };
}

/** Statuses that say "later", of those that otherwise say "never like this". */
const RETRIED: ReadonlySet<number> = new Set([408, 425, 429]);

/** What an HTTP answer means: 2xx took it; of the rest 5xx, 408, 425 and 429 are tried again, the others end it. */
export function sentOver(status: number, said: string, retryAfterMs: number): Sent {
  if (status >= 200 && status < 300) {
    return { isDelivered: true, status, reason: '', said, isFinal: true, retryAfterMs: 0 };
  }
  const reason = status >= 300 && status < 400 ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`;
  return { isDelivered: false, status, reason, said, isFinal: status < 500 && !RETRIED.has(status), retryAfterMs };
}
