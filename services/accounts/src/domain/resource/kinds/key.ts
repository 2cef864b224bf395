import { timeText } from '#kernel/time-text.ts';
import { conflict } from '../conflict.ts';
import type { KindRules } from '../kind-rules.ts';
import { expiryProblem } from '../times.ts';

/** API keys: `status` changes by the commands of their own, and a revoked key stays revoked. */
export const keyRules: KindRules<'key'> = {
  settle: (next, before, { secret }) =>
    before === undefined ? { ...next, status: 'active', keyHash: secret.hash, prefix: secret.prefix } : next,
  problem: (next, before, { nowMs }) => expiryProblem(next.expiresAt, before?.expiresAt, nowMs, 'expires_at'),
  final: ({ status }) => (status === 'revoked' ? conflict('The API key is revoked for good.') : undefined),
  ended: (key) => ({ ...key, status: 'revoked' }),
  verbs: {
    pause: (key) => ({ ...key, status: 'paused' }),
    resume: (key) => ({ ...key, status: 'active' }),
    revoke: (key) => ({ ...key, status: 'revoked' }),
    rotate: (key, { overlapMs }, { secret, nowMs }) => ({
      ...key,
      keyHash: secret.hash,
      prefix: secret.prefix,
      previousKeyHash: overlapMs > 0 ? key.keyHash : '',
      previousKeyExpiresAt: overlapMs > 0 ? timeText(nowMs + overlapMs) : '',
    }),
  },
};
