import { gcra, type RateLimit } from './gcra.ts';

/**
 * How many clients are remembered, a few MB. A flood from more addresses makes the throttle forget the client whose
 * last counted guess is the oldest; that client starts anew.
 */
const CLIENTS_MAX = 10_000;

/** How often a blocked client is reported, so that a flood of guesses is no flood of log lines. */
const REPORT_INTERVAL_US = 60_000_000;

export interface GuessThrottle {
  /**
   * Counts a wrong secret from a client. Returns 0 while the client may get the ordinary answer; otherwise how many
   * milliseconds the client has to wait.
   */
  guessed(client: string): number;
}

interface Guesses {
  arrivalUs: number;
  reportedUs: number;
}

/**
 * Limits the wrong secrets that each client may try. A right secret never passes through here: it works at any time.
 *
 * If right secrets were refused too, one guesser could lock out everybody who shares the address: people behind one
 * NAT, everything behind a proxy that is not named as trusted, the services of one machine. The length of a secret
 * protects it from guessing (a generated one has 192 bits or more). The throttle bounds what guessing costs the
 * gateway, and shows the operator who tries.
 */
export function createGuessThrottle(options: {
  readonly limit: RateLimit;
  readonly nowUs: () => number;
  /** Called once a minute for each client that goes on over its limit. */
  readonly onBlocked: (client: string) => void;
}): GuessThrottle {
  const { limit, nowUs, onBlocked } = options;
  /** In the order of the last counted guess. */
  const clients = new Map<string, Guesses>();

  function remember(client: string, guesses: Guesses): void {
    clients.delete(client);
    clients.set(client, guesses);
    if (clients.size <= CLIENTS_MAX) return;
    const [oldest] = clients.keys();
    if (oldest !== undefined) clients.delete(oldest);
  }

  return {
    guessed(client) {
      const now = nowUs();
      const guesses = clients.get(client) ?? { arrivalUs: 0, reportedUs: Number.NEGATIVE_INFINITY };
      const step = gcra(guesses.arrivalUs, now, limit);
      if (step.isAllowed) {
        remember(client, { ...guesses, arrivalUs: step.arrivalUs });
        return 0;
      }
      if (now - guesses.reportedUs >= REPORT_INTERVAL_US) {
        guesses.reportedUs = now;
        onBlocked(client);
      }
      return Math.ceil(step.retryAfterUs / 1_000);
    },
  };
}
