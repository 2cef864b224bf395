import type { RateLimit } from './gcra.ts';

/**
 * The limit of wrong admin tokens from one client. Somebody who pastes the wrong token, or a script with an old one,
 * gets an answer some times. A client that goes on is guessing.
 */
export const ADMIN_TOKEN_GUESSES: RateLimit = { requestsPerMinute: 10, burst: 20 };
