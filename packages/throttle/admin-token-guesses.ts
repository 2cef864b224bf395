import type { RateLimit } from './gcra.ts';

/**
 * Wrong admin tokens of one client: somebody who pastes the wrong one, or a script with an old one, is told so some times;
 * whoever goes on is guessing.
 */
export const ADMIN_TOKEN_GUESSES: RateLimit = { requestsPerMinute: 10, burst: 20 };
